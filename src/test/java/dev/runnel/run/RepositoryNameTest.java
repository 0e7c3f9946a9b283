package dev.runnel.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepositoryNameTest {
    @ParameterizedTest
    @CsvSource({
        "https://git.example/team/job.git, team, job",
        "https://git.example/team/job, team, job",
        "https://git.example/team/job/, team, job",
        "https://user:secret@git.example:8443/team/job.git, team, job",
        "ssh://git@git.example:2222/team/job.git, team, job",
        "git@git.example:team/job.git, team, job",
        "git.example:job.git, '', job",
        "https://git.example/group/sub/team/job.git, team, job",
        "https://git.example/job.git, '', job",
        "file:///srv/git/team/job.git, team, job",
        "/srv/git/team/job, team, job",
        "job, '', job",
        "https://git.example/team/job.github, team, job.github",
        "https://git.example/Team/Job.git, Team, Job",
        "https://git.example/, '', ''",
        "'', '', ''",
    })
    void aUrlNamesItsOwnerAndItsRepository(String url, String owner, String name) {
        assertThat(RepositoryName.of(url)).isEqualTo(new RepositoryName(owner, name));
    }

    @Test
    void aNameIsWrittenWithAndWithoutAnOwner() {
        assertThat(new RepositoryName("team", "job")).hasToString("team/job");
        assertThat(new RepositoryName("", "job")).hasToString("job");
        assertThat(new RepositoryName("team", "job").dashed()).isEqualTo("team-job");
        assertThat(new RepositoryName("", "job").dashed()).isEqualTo("job");
    }
}
