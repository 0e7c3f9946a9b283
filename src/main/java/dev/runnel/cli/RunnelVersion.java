package dev.runnel.cli;

import org.eclipse.microprofile.config.ConfigProvider;
import picocli.CommandLine.IVersionProvider;

/// Says which version this is.
final class RunnelVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version =
                ConfigProvider.getConfig()
                        .getOptionalValue("quarkus.application.version", String.class)
                        .orElse("unknown");
        return new String[] {"runnel " + version, "JVM " + Runtime.version()};
    }
}
