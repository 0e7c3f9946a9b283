package dev.runnel.exchange;

import dev.runnel.condition.Globs;
import dev.runnel.pipeline.Exchange.Goods;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Which steps of a pipeline give what others take, so that these have to wait for them.
///
/// A variable is given by the steps that name it. A file is given by the steps whose globs are the
/// same text or fit its path; whether two different globs have a file in common, nobody asks.
public final class Suppliers {
    // so many comparisons are worth as much as a step that waits for another
    private static final int COMPARISONS = 10;
    private static final int MOST_COMPARED = 2_000_000;
    private static final Pattern SPECIAL = Pattern.compile("[*?{\\\\]");

    private final Map<String, List<Giver>> byVariable = new HashMap<>();
    private final Map<String, List<Giver>> byText = new HashMap<>();
    private int compared;

    /// @param draft tells what is written once and becomes several steps
    private record Giver(int step, Object draft) {}

    /// A step gives something.
    ///
    /// @param draft the same for all steps of a matrix, which do not wait for each other
    public void add(int step, Object draft, Goods outputs) {
        Giver giver = new Giver(step, draft);
        outputs.variables().forEach(name -> of(byVariable, name).add(giver));
        outputs.files().forEach(glob -> of(byText, glob).add(giver));
    }

    private static List<Giver> of(Map<String, List<Giver>> givers, String word) {
        return givers.computeIfAbsent(word, _ -> new ArrayList<>());
    }

    /// What a step waits for: what it says it needs and who gives what it takes. One that does not
    /// say waits for those alone, or, when nobody gives it anything, for what is usual.
    ///
    /// @param said numbers of the steps that it says it needs
    /// @return numbers of steps, ascending
    public List<Integer> needs(
            Object draft, Goods inputs, Optional<List<Integer>> said, List<Integer> usual) {
        if (inputs.isEmpty() || (byVariable.isEmpty() && byText.isEmpty())) {
            return said.orElse(usual);
        }
        Set<Integer> needed = new TreeSet<>();
        for (String name : inputs.variables()) {
            add(needed, byVariable.getOrDefault(name, List.of()), draft);
        }
        for (String file : inputs.files()) {
            compared += byText.size();
            if (compared > MOST_COMPARED) {
                // what is there now is more than anybody takes
                break;
            }
            byText.forEach((glob, givers) -> {
                if (fits(glob, file)) {
                    add(needed, givers, draft);
                }
            });
        }
        if (needed.isEmpty()) {
            return said.orElse(usual);
        }
        said.ifPresent(needed::addAll);
        return List.copyOf(needed);
    }

    /// How much was compared since this was asked last, in links between steps that take as long.
    public int work() {
        int links = compared / COMPARISONS;
        compared = 0;
        return links;
    }

    private static void add(Set<Integer> needed, List<Giver> givers, Object draft) {
        for (Giver giver : givers) {
            if (!giver.draft().equals(draft)) {
                needed.add(giver.step());
            }
        }
    }

    private static boolean fits(String output, String input) {
        return output.equals(input)
                || (isPath(input) && covers(output, input))
                || (isPath(output) && covers(input, output));
    }

    private static boolean isPath(String glob) {
        return !SPECIAL.matcher(glob).find();
    }

    /// Whether a glob fits a path. One that names a folder stands for all that is in it.
    public static boolean covers(String glob, String path) {
        String plain = glob.endsWith("/") ? glob.substring(0, glob.length() - 1) : glob;
        return Globs.matches(plain, path) || Globs.matches(plain + "/**", path);
    }
}
