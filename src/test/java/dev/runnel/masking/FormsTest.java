package dev.runnel.masking;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormsTest {
    private static final String SECRET = "p@ss wörd/+~*'(\"x\\y)";

    @Test
    void base64IsMaskedWhateverStandsAroundTheSecret() throws InterruptedException {
        Random random = new Random(1);
        for (int length = 4; length < 40; length++) {
            byte[] secret = printable(random, length);
            RunSecrets secrets = Masked.secrets(new String(secret, UTF_8));
            for (int before = 0; before < 6; before++) {
                for (int after = 0; after < 4; after++) {
                    byte[] whole = new byte[before + length + after];
                    random.nextBytes(whole);
                    System.arraycopy(secret, 0, whole, before, length);
                    for (Base64.Encoder encoder :
                            new Base64.Encoder[] {
                                Base64.getEncoder(),
                                Base64.getUrlEncoder(),
                                Base64.getEncoder().withoutPadding()
                            }) {
                        String encoded = encoder.encodeToString(whole);
                        String shown = secrets.mask("x " + encoded + " y");
                        assertThat(shown).contains("***");
                        // at each end one character depends on what is beside the secret as well
                        assertThat(shown.length() - "x *** y".length())
                                .as("left of %s: %s", encoded, shown)
                                .isLessThanOrEqualTo((before + after) * 4 / 3 + 4);
                    }
                }
            }
        }
    }

    @Test
    void base64InLinesIsMasked() throws InterruptedException {
        String secret = "0123456789abcdefghijklmnopqrstuvwxyz".repeat(5);
        RunSecrets secrets = Masked.secrets(secret);
        for (int length : new int[] {64, 76}) {
            String lines =
                    Base64.getMimeEncoder(length, new byte[] {'\n'})
                            .encodeToString(secret.getBytes(UTF_8));
            assertThat(lines.lines().map(secrets::mask)).containsOnly("***");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "p@ss wörd/+~*'(\"x\\y)",
                "p%40ss%20w%C3%B6rd%2F%2B~%2A%27%28%22x%5Cy%29",
                "p%40ss%20w%c3%b6rd%2f%2b~%2a%27%28%22x%5cy%29",
                "p%40ss+w%C3%B6rd%2F%2B%7E*%27%28%22x%5Cy%29",
                "p%40ss%20w%C3%B6rd%2F%2B~*'(%22x%5Cy)",
                "p%40ss%20w%C3%B6rd/%2B~%2A%27%28%22x%5Cy%29",
                "p@ss%20w%C3%B6rd/+~*'(%22x%5Cy)",
                "p@ss wörd/+~*'(\\\"x\\\\y)",
                "p@ss wörd/+~*'\\''(\"x\\y)"
            })
    void escapedFormsAreMasked(String form) throws InterruptedException {
        assertThat(Masked.secrets(SECRET).mask("a=" + form + "&b")).isEqualTo("a=***&b");
    }

    @Test
    void aFormOfTheJdkIsAmongThem() throws InterruptedException {
        assertThat(Masked.secrets(SECRET).mask(URLEncoder.encode(SECRET, UTF_8))).isEqualTo("***");
    }

    @Test
    void everyLineOfASecretIsMaskedAlone() throws InterruptedException {
        RunSecrets secrets = Masked.secrets("-----BEGIN-----\r\nline one\n\nab\nline two\n");
        assertThat(secrets.mask("[line one] [line two] [ab] -----BEGIN-----"))
                .isEqualTo("[***] [***] [ab] ***");
        assertThat(secrets.mask("key=-----BEGIN-----\\r\\nline one\\n\\nab\\nline two\\n."))
                .isEqualTo("key=***.");
    }

    @ParameterizedTest
    @CsvSource({
        "secret1secret1,***",
        "asecret1secret1b,a***b",
        "secret1 secret1,*** ***",
        "secretsecret1,secret***",
        "tokenized,***ized",
        "tokenizer,***",
        "secre,secre",
        "tokesecret1,toke***"
    })
    void secretsThatTouchAreOne(String text, String shown) throws InterruptedException {
        assertThat(Masked.secrets("secret1", "token", "tokenizer", "zer-secret1").mask(text))
                .isEqualTo(shown);
    }

    @Test
    void fewerThanFourCharactersAreNotMaskedAndTold() throws InterruptedException {
        RunSecrets secrets = Masked.secrets("abc", "abcd", "");
        assertThat(secrets.mask("abc abcd")).isEqualTo("abc ***");
        assertThat(secrets.tooShort()).containsExactly("SECRET_0", "SECRET_2");
        assertThat(secrets.toString()).doesNotContain("abcd");
    }

    private static byte[] printable(Random random, int length) {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; at++) {
            bytes[at] = (byte) ('!' + random.nextInt('~' - '!'));
        }
        return bytes;
    }
}
