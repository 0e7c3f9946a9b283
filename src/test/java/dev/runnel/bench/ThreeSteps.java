package dev.runnel.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A pipeline of three steps with ten commands in all, from the request to its last event, beside
/// three ways to run the same commands by hand.
final class ThreeSteps {
    private static final int[] COMMANDS = {4, 3, 3};

    private ThreeSteps() {}

    static void measure(
            BenchOptions options,
            RunnelClient runnel,
            DockerBaseline docker,
            Path scratch,
            Report report)
            throws IOException, InterruptedException {
        List<List<String>> steps = new ArrayList<>();
        for (int count : COMMANDS) {
            List<String> script = new ArrayList<>();
            for (int number = 1; number <= count; number++) {
                script.add("echo step " + (steps.size() + 1) + " line " + number);
            }
            steps.add(script);
        }
        String repository =
                PipelineRepository.ofSteps(scratch.resolve("three-steps"), options.image(), steps);
        Timings ours = new Timings();
        Timings api = new Timings();
        Timings old = new Timings();
        Timings byHand = new Timings();
        int rounds = Math.max(3, options.rounds() / 2);
        for (int round = -2; round < rounds; round++) {
            FollowedRun run = runnel.run(repository).mustSucceed();
            long throughApi = 0;
            long oldWay = 0;
            long dockerRun = 0;
            for (List<String> script : steps) {
                throughApi += docker.container(String.join("\n", script));
                oldWay += docker.oldWay(script);
                dockerRun += docker.run(String.join("\n", script));
            }
            if (round >= 0) {
                ours.add(run.endNanos());
                api.add(throughApi);
                old.add(oldWay);
                byHand.add(dockerRun);
            }
        }
        report.title("(f) 3 steps, 10 commands, " + rounds + " rounds");
        report.timings("raw Docker API: create, start, read, wait for each", api);
        report.timings("docker run --rm for each step", byHand);
        report.timings("the old way: create, exec each, stop, remove", old);
        report.timings("Runnel: POST to the end event, clone included", ours);
        report.ratio("Runnel / raw Docker API", ours.median() / api.median(), "");
        report.ratio("Runnel / docker run", ours.median() / byHand.median(), "");
        report.ratio("Runnel / old way", ours.median() / old.median(), "");
    }
}
