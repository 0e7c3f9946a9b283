package dev.runnel.cli;

/// Events of one run as they come over the wire.
final class Frames {
    static final String RUN = "0199f3a0-0000-7000-8000-000000000001";

    private long seq;

    /// The next event.
    ///
    /// @param fields JSON members besides `seq`, `type`, `at` and `run`
    String next(String type, String fields) {
        seq++;
        return """
        id: %d
        event: %s
        data: {"seq":%d,"type":"%s","at":"2026-01-01T00:00:%02d.000000Z","run":"%s",%s}

        """
                .formatted(seq, type, seq, type, seq, RUN, fields);
    }

    String runState(String state) {
        return next("run.state", "\"state\":\"%s\"".formatted(state));
    }

    String pipeline() {
        return next(
                "pipeline",
                """
                "revision":"3f2a1bc4d5e6f708192a3b4c5d6e7f8091a2b3c4","pipeline":"default","steps":[\
                {"step":1,"name":"Greet","image":"alpine","commands":["echo hi"]},\
                {"step":2,"name":"Leave","image":"alpine","commands":["exit 3"]}]\
                """);
    }

    String stepState(int step, String name, String state) {
        return next(
                "step.state",
                "\"step\":%d,\"name\":\"%s\",\"attempt\":1,\"state\":\"%s\""
                        .formatted(step, name, state));
    }

    String started(int step, int command, String instruction) {
        return next(
                "command.started",
                "\"step\":%d,\"command\":%d,\"instruction\":\"%s\""
                        .formatted(step, command, instruction));
    }

    String finished(int step, int command, int exitCode) {
        return next(
                "command.finished",
                "\"step\":%d,\"command\":%d,\"exitCode\":%d".formatted(step, command, exitCode));
    }

    String output(String stream, String line, String more) {
        return next(
                "output",
                "\"step\":1,\"command\":1,\"stream\":\"%s\",\"line\":\"%s\"%s"
                        .formatted(stream, line, more));
    }

    String end(String state) {
        return next("end", "\"state\":\"%s\",\"events\":%d".formatted(state, seq + 1));
    }
}
