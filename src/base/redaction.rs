//! Secrets in what others wrote: a service may reflect what it was sent, as it is or in any of the
//! forms that texts take on their way.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::{memchr3, memmem};
use reqwest::header::{HeaderMap, HeaderValue};

/// What a service answered, without the secrets that it was sent: as they are, in a form, in a URL
/// however often encoded, escaped in JSON or HTML, in base64, and with spaces and line breaks in
/// between.
pub(crate) fn without_sent(body: Vec<u8>, secrets: &[&str]) -> Vec<u8> {
    let mut body = without_written(body, secrets);
    for secret in long_enough(secrets) {
        if body.len() <= LONGEST_READ {
            body = without_letters(body, secret);
        }
    }
    body
}

/// The same of a long answer, such as a page of a list: without the secrets as they are, in a form
/// and in JSON. To read it letter by letter would take longer than to read what it says.
pub(crate) fn without_written(mut body: Vec<u8>, secrets: &[&str]) -> Vec<u8> {
    for secret in long_enough(secrets) {
        if body.len() < shortest_form(secret) {
            continue;
        }
        for form in written_forms(secret) {
            body = replaced(body, form.as_bytes());
        }
    }
    body
}

fn long_enough<'a>(secrets: &'a [&str]) -> impl Iterator<Item = &'a str> {
    let secrets = secrets.iter().copied();
    secrets.filter(|secret| secret.len() >= SHORTEST_SECRET)
}

/// How many bytes a text has at least that holds the secret in any form: each letter takes one.
fn shortest_form(secret: &str) -> usize {
    let text = secret.as_bytes();
    match memchr3(b'%', b'\\', b'&', text) {
        Some(_) => Letters::of(text).count(),
        // Nothing is an escape, as in any token: this takes a tenth of the time.
        None => text
            .iter()
            .filter(|byte| byte.is_ascii_alphanumeric())
            .count(),
    }
}

/// The headers of an answer, without the secrets that its request carried.
pub(crate) fn headers_without_sent(headers: &mut HeaderMap, secrets: &[&str]) {
    // Most are shorter than a token, and to make its forms for each takes longer than the whole
    // answer otherwise.
    let Some(shortest) = long_enough(secrets).map(shortest_form).min() else {
        return;
    };
    for value in headers.values_mut() {
        if value.len() < shortest {
            continue;
        }
        let kept = without_sent(value.as_bytes().to_vec(), secrets);
        if kept != value.as_bytes() {
            // What is put in is printable, so it is a value whenever the rest was.
            *value = HeaderValue::from_bytes(&kept).unwrap_or(HeaderValue::from_static(HIDDEN));
        }
    }
}

/// A shorter one is also found in what is no secret.
const SHORTEST_SECRET: usize = 6;

/// The longest text that is read letter by letter, which takes some milliseconds. A longer answer is
/// a list, and an error of such a length is reported by its first lines.
const LONGEST_READ: usize = 1 << 20;

/// As many letters and digits have no second meaning, whatever stands between them.
const FEWEST_LETTERS: usize = 12;

/// What stands in the place of a secret.
const HIDDEN: &str = "(not shown)";

/// A secret as it is, in a form and in JSON.
fn written_forms(secret: &str) -> Vec<String> {
    // As any token: its forms are the same, and to make them takes as long as to search a page.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if secret.bytes().all(is_plain) {
        return vec![secret.to_owned()];
    }
    let json = serde_json::Value::from(secret).to_string();
    let mut forms = vec![
        secret.to_owned(),
        form_encoded(secret),
        json[1..json.len() - 1].to_owned(),
    ];
    forms.dedup();
    forms
}

fn form_encoded(text: &str) -> String {
    let mut form = reqwest::Url::parse("form:").expect("is a URL");
    form.query_pairs_mut().append_key_only(text);
    form.query().unwrap_or_default().to_owned()
}

fn replaced(body: Vec<u8>, from: &[u8]) -> Vec<u8> {
    let finder = memmem::Finder::new(from);
    let mut rest = &body[..];
    let mut out = Vec::new();
    while let Some(at) = finder.find(rest) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(HIDDEN.as_bytes());
        rest = &rest[at + from.len()..];
    }
    match rest.len() == body.len() {
        true => body,
        false => [&out[..], rest].concat(),
    }
}

/// The body without any place where the letters and digits of the secret stand in their order, with
/// nothing but punctuation, spaces and escapes in between.
fn without_letters(body: Vec<u8>, secret: &str) -> Vec<u8> {
    if body.len() < shortest_form(secret) {
        return body;
    }
    let letters = letters_of(&body);
    let mut found: Vec<(usize, usize)> = in_base64(secret)
        .iter()
        .map(|form| letters_of(form))
        .chain([letters_of(secret.as_bytes())])
        .filter(|form| form.len() >= FEWEST_LETTERS)
        .flat_map(|form| {
            let places = occurrences(&letters, &form).into_iter();
            places.map(move |at| (at, at + form.len()))
        })
        .collect();
    if found.is_empty() {
        return body;
    }
    let places: Vec<Letter> = Letters::of(&body).collect();
    let mut is_secret = vec![false; body.len()];
    found.sort_unstable();
    let mut filled = 0;
    for (first, end) in found {
        let to = places[end - 1].to;
        is_secret[places[first].from.max(filled).min(to)..to].fill(true);
        filled = filled.max(to);
    }
    let mut out = Vec::with_capacity(body.len());
    let mut rest = &body[..];
    for part in is_secret.chunk_by(|one, other| one == other) {
        let (these, after) = rest.split_at(part.len());
        rest = after;
        out.extend_from_slice(if part[0] { HIDDEN.as_bytes() } else { these });
    }
    out
}

/// Where a text has another one, also where two of these share letters.
fn occurrences(text: &str, part: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(part) {
        found.push(from + at);
        from += at + 1;
    }
    found
}

fn letters_of(text: &[u8]) -> String {
    let mut letters = Vec::with_capacity(text.len());
    letters.extend(Letters::of(text).map(|letter| letter.value));
    String::from_utf8(letters).expect("is ASCII")
}

/// What is the same in the base64 of any text that holds the secret, by the place of its beginning
/// among three bytes.
fn in_base64(secret: &str) -> Vec<Vec<u8>> {
    (0..3)
        .map(|before| {
            let padded = [&[0; 2][..before], secret.as_bytes()].concat();
            let whole = STANDARD.encode(&padded[..padded.len() / 3 * 3]);
            // The bytes before have a part in the first group alone.
            whole
                .into_bytes()
                .split_off(if before == 0 { 0 } else { 4 })
        })
        .collect()
}

/// A letter or digit of a text, and the bytes that it is written with.
struct Letter {
    value: u8,
    from: usize,
    to: usize,
}

/// The letters and digits of a text, with escapes resolved.
struct Letters<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Letters<'a> {
    fn of(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }
}

impl Iterator for Letters<'_> {
    type Item = Letter;

    fn next(&mut self) -> Option<Letter> {
        loop {
            let from = self.at;
            let first = *self.text.get(from)?;
            let (value, length) = match first {
                b'%' | b'\\' | b'&' => escape(&self.text[from..]),
                plain => (plain, 1),
            };
            self.at += length;
            if value.is_ascii_alphanumeric() {
                return Some(Letter {
                    value,
                    from,
                    to: self.at,
                });
            }
        }
    }
}

/// The character that an escape stands for, if the text begins with one, and how long it is.
fn escape(text: &[u8]) -> (u8, usize) {
    let hex = |at: usize, digits: usize| {
        let digits = std::str::from_utf8(text.get(at..at + digits)?).ok()?;
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)
    };
    let found = match text {
        [b'%', ..] => {
            // Encoded once more with each "25".
            let mut at = 1;
            while text[at..].starts_with(b"25") && hex(at + 2, 2).is_some() {
                at += 2;
            }
            hex(at, 2).map(|code| (code, at + 2))
        }
        [b'\\', b'u', ..] => hex(2, 4).map(|code| (code, 6)),
        [b'\\', b'x', ..] => hex(2, 2).map(|code| (code, 4)),
        [b'\\', b'n' | b'r' | b't', ..] => Some((u32::from(b' '), 2)),
        [b'&', b'#', rest @ ..] => entity(rest).map(|(code, length)| (code, length + 2)),
        _ => None,
    };
    match found {
        Some((code, length)) => (u8::try_from(code).unwrap_or(b' '), length),
        None => (b' ', 1),
    }
}

/// The character of `45;` or `x2d;`.
fn entity(text: &[u8]) -> Option<(u32, usize)> {
    let end = text.iter().take(8).position(|&byte| byte == b';')?;
    let name = std::str::from_utf8(&text[..end]).ok()?;
    let code = match name.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => name.parse(),
    };
    Some((code.ok()?, end + 1))
}

/// The text without what looks like a token or a signature.
pub(crate) fn without_secrets(text: &str) -> String {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || "-_.~+/=%".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // A JSON web token begins with the base64 of `{"`; a signature is a member of a query.
    while let Some((at, keep)) = ["eyJ", "sig=", "Bearer "]
        .iter()
        .filter_map(|start| {
            rest.find(start)
                .map(|at| (at, if *start == "eyJ" { 0 } else { start.len() }))
        })
        .min()
    {
        let from = at + keep;
        let length = rest[from..]
            .find(|c| !is_inside(c))
            .unwrap_or(rest.len() - from);
        out.push_str(&rest[..from]);
        // A word that only begins like a token is none.
        match length >= 20 {
            true => out.push_str(HIDDEN),
            false => out.push_str(&rest[from..from + length]),
        }
        rest = &rest[from + length..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(body: &str, secrets: &[&str]) -> String {
        String::from_utf8(without_sent(body.as_bytes().to_vec(), secrets)).unwrap()
    }

    fn percent(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }

    #[test]
    fn what_was_sent_is_left_out_in_every_form() {
        let secret = "s3cr~t/+= x";
        assert_eq!(
            told("a s3cr~t/+= x, s3cr%7Et%2F%2B%3D+x.", &[secret]),
            "a (not shown), (not shown)."
        );
        assert_eq!(told("a b", &["a"]), "a b");
        assert_eq!(
            told("nothing of it", &[secret, "other-secret"]),
            "nothing of it"
        );
    }

    #[test]
    fn a_reflected_token_is_found_however_it_is_written() {
        let token = "eyJ0eXAiOiJKV1Qi.eyJhdWQiOiJodHRw-cz_v.c2lnbmF0dXJl-_9";
        let lines = token
            .as_bytes()
            .chunks(10)
            .map(|part| String::from_utf8_lossy(part));
        let split = lines.collect::<Vec<_>>().join("\r\n ");
        for form in [
            token.to_owned(),
            percent(token),
            percent(token).replace('%', "%25"),
            percent(token).replace('%', "%2525"),
            token.replace('.', "\\u002e").replace('-', "\\u002D"),
            token
                .chars()
                .map(|c| format!("\\u{:04x}", u32::from(c)))
                .collect(),
            token.replace('.', "&#46;").replace('_', "&#x5f;"),
            split.clone(),
            serde_json::to_string(&split).unwrap(),
            STANDARD.encode(format!("Bearer {token}")),
            STANDARD.encode(format!("xBearer {token}.")),
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("Bearers {token}")),
        ] {
            let shown = told(&format!("before [{form}] after"), &[token]);
            assert!(shown.contains(HIDDEN), "{form}: {shown}");
            let before = shown.split('(').next().unwrap();
            assert!(before.len() < "before [WEJlYXJlciBl".len() + 6, "{shown}");
            assert!(shown.ends_with("] after"), "{shown}");
        }
    }

    #[test]
    fn a_long_answer_has_no_secret_as_it_was_sent() {
        let secret = "s3cr~t/+= x";
        let body = format!("{secret} s3cr%7Et%2F%2B%3D+x s 3 c r ~t/+= x");
        let kept = without_written(body.into_bytes(), &[secret]);
        assert_eq!(kept, b"(not shown) (not shown) s 3 c r ~t/+= x");
    }

    #[test]
    fn a_secret_that_begins_within_another_one_is_left_out() {
        let secret = "aaaaaaaaaaaaaaaa.0a";
        let body = "aaaaaaaaaaaaaaaaaa\r\na\r\na.0aaaaaaaaaaaaaaaaa.\n0a!";
        assert_eq!(told(body, &[secret]), "aaaa(not shown)!");
    }

    #[test]
    fn a_header_has_no_secret() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-ms-request-id",
            HeaderValue::from_static("Bearer abcdef.ghijkl.mnopqr"),
        );
        headers.insert("server", HeaderValue::from_static("nginx"));
        headers_without_sent(&mut headers, &["abcdef.ghijkl.mnopqr"]);
        assert_eq!(headers["x-ms-request-id"], "Bearer (not shown)");
        assert_eq!(headers["server"], "nginx");
    }

    #[test]
    fn the_shortest_text_that_holds_a_secret_is_searched() {
        let secret = "abcdef.ghijkl.mnopqr";
        let letters = "abcdefghijklmnopqr";
        assert_eq!(letters.len(), shortest_form(secret));
        assert_eq!(shortest_form("a%41\\u0041&#65;b-"), 5);
        let mut headers = HeaderMap::new();
        headers.insert("x-a", HeaderValue::from_static(letters));
        headers.insert("x-b", HeaderValue::from_static(&letters[1..]));
        headers_without_sent(&mut headers, &[secret, "12345"]);
        assert_eq!(headers["x-a"], HIDDEN);
        assert_eq!(headers["x-b"], letters[1..]);
        assert_eq!(told("letter", &["letter"]), HIDDEN);
    }

    #[test]
    fn tokens_and_signatures_are_left_out() {
        let token = format!("eyJ{}.{}", "a".repeat(40), "b".repeat(40));
        let text = format!(
            "Authorization: Bearer {token}, url https://x/?sig={}&a=1",
            "c".repeat(30)
        );
        let shown = without_secrets(&text);
        assert_eq!(
            shown,
            "Authorization: Bearer (not shown), url https://x/?sig=(not shown)&a=1"
        );
        assert_eq!(
            without_secrets("eyJ and Bearer of news"),
            "eyJ and Bearer of news"
        );
        assert_eq!(without_secrets(&token), "(not shown)");
    }

    proptest! {
        #[test]
        fn no_secret_is_left(
            secret in "[ -~]{6,60}",
            before in "[ -~]{0,20}",
            after in "[ -~]{0,20}",
        ) {
            prop_assume!(!HIDDEN.contains(&secret));
            for form in written_forms(&secret) {
                let shown = told(&format!("{before}{form}{after}"), &[&secret]);
                prop_assert!(shown.contains(HIDDEN), "{shown}");
            }
        }

        #[test]
        fn what_has_no_secret_stays(text in "[a-z0-9%&#;\\\\ux. ]{0,200}") {
            prop_assert_eq!(told(&text, &["ABCDEFGHIJKLMNOPQRST", "(secret)"]), text);
        }
    }
}
