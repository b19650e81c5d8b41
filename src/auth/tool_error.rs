//! What a program of Azure's says when it gives no token: the reason, and the commands to run.
//!
//! Only what no language changes is looked for: Entra's codes and command lines. Source: the Azure
//! CLI's `azure.cli.core.auth.util`, and the messages of Az.Accounts.

use crate::base::truncated;

/// What was read of such a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ToolError {
    /// Entra's code and sentence, or else what the program says first.
    pub(crate) reason: String,
    /// Whether the reason is Entra's.
    pub(crate) is_entras: bool,
    /// The commands that the text names, in its order and as it writes them.
    pub(crate) commands: Vec<String>,
}

/// The commands of a program.
pub(super) struct Commands {
    /// What each begins with.
    pub(super) prefixes: &'static [&'static str],
    /// The one that signs in, which a sentence may name without quotes.
    pub(super) sign_in: &'static str,
}

/// No reason and no command that is shown is longer, in characters.
const LONGEST: usize = 2000;

impl ToolError {
    pub(super) fn read(text: &str, commands: &Commands) -> Self {
        let text = without_tokens(text);
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with("WARNING:"))
            .collect();
        let entras = entras_sentence(&text);
        Self {
            is_entras: entras.is_some(),
            reason: truncated(
                entras.unwrap_or_else(|| own_sentence(&lines, commands)),
                LONGEST,
            ),
            commands: commands
                .named_in(&lines)
                .into_iter()
                .map(|text| truncated(text, LONGEST))
                .collect(),
        }
    }

    /// What to do, in the program's own commands; empty when it names none.
    pub(super) fn advice(&self, program: &str) -> String {
        match self.commands.is_empty() {
            true => String::new(),
            false => format!(
                "Run what {program} names, then connect again: {}",
                self.commands.join("; ")
            ),
        }
    }
}

impl Commands {
    fn named_in<'a>(&self, lines: &[&'a str]) -> Vec<&'a str> {
        let whole = lines.iter().copied().filter(|line| self.is_command(line));
        let mut found: Vec<&str> = whole.collect();
        if found.is_empty() {
            found = lines.iter().flat_map(|line| self.quoted_in(line)).collect();
        }
        if found.is_empty() && lines.iter().any(|line| line.contains(self.sign_in)) {
            found.push(self.sign_in);
        }
        let mut once: Vec<&str> = Vec::new();
        for command in found {
            if !once.contains(&command) {
                once.push(command);
            }
        }
        once
    }

    fn is_command(&self, text: &str) -> bool {
        self.prefixes.iter().any(|prefix| text.starts_with(prefix))
    }

    fn quoted_in<'a>(&self, line: &'a str) -> Vec<&'a str> {
        line.match_indices(['\'', '"', '`'])
            .filter_map(|(at, quote)| {
                let rest = &line[at + quote.len()..];
                let end = rest.find(quote)?;
                Some(&rest[..end])
            })
            .filter(|quoted| self.is_command(quoted))
            .collect()
    }
}

/// Entra's code and its sentence, without the ids that follow: `AADSTS700082: The refresh …`.
pub(super) fn entras_sentence(text: &str) -> Option<&str> {
    let start = text
        .match_indices("AADSTS")
        .map(|(at, _)| at)
        .find(|at| text[at + "AADSTS".len()..].starts_with(|c: char| c.is_ascii_digit()))?;
    let rest = &text[start..];
    let end = ["\n", "\r", "\\n", "\\r", "Trace ID:"]
        .iter()
        .filter_map(|mark| rest.find(mark))
        .min();
    Some(rest[..end.unwrap_or(rest.len())].trim())
}

/// The sentence of an error that is not Entra's: the first that is marked as an error; after an
/// exception of Python's, the last.
fn own_sentence<'a>(lines: &[&'a str], commands: &Commands) -> &'a str {
    let broke_down = lines.iter().any(|line| line.starts_with("Traceback "));
    let marked = lines.iter().find_map(|line| line.strip_prefix("ERROR:"));
    let mut sentences = lines.iter().filter(|line| !commands.is_command(line));
    let found = match broke_down {
        true => sentences.next_back().copied(),
        false => marked.map(str::trim).or(sentences.next().copied()),
    };
    found.unwrap_or("it returned no message")
}

/// The text without any JSON web token in it. The claims of a challenge are no token and stay.
fn without_tokens(text: &str) -> String {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let mut shown = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c| !is_inside(c)) {
        let word = piece.trim_end_matches(|c| !is_inside(c));
        let is_token = word.starts_with("eyJ") && word.matches('.').count() >= 2;
        match is_token {
            true => shown.push_str(&piece.replace(word, "(not shown)")),
            false => shown.push_str(piece),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    const AZ: Commands = Commands {
        prefixes: &["az "],
        sign_in: "az login",
    };

    fn read(text: &str) -> (String, Vec<String>) {
        let tool_error = ToolError::read(text, &AZ);
        (tool_error.reason, tool_error.commands)
    }

    #[test]
    fn entras_reason_comes_without_its_ids() {
        let sentence = "AADSTS700082: The refresh token has expired due to inactivity.";
        for text in [
            format!("ERROR: {sentence} Trace ID: 1 Correlation ID: 2 Timestamp: 3\naz login"),
            format!("ERROR: {sentence}\r\nTrace ID: 1\r\nCorrelation ID: 2\r\naz login"),
            format!("ERROR: {{'error_description': '{sentence}\\r\\nTrace ID: 1'}}\naz login"),
            format!("WARNING: AADSTS is down\nFEHLER: (invalid_grant) {sentence}\naz login"),
        ] {
            let tool_error = ToolError::read(&text, &AZ);
            assert_eq!(tool_error.reason, sentence, "{text}");
            assert!(tool_error.is_entras);
            assert_eq!(tool_error.commands, ["az login"], "{text}");
        }
    }

    #[test]
    fn every_command_is_kept_as_it_is_written() {
        let login = "az login --tenant \"t\" --scope \"https://management.core.windows.net//.default\" \
                     --claims-challenge \"eyJhY2Nlc3NfdG9rZW4iOnt9fQ==\"";
        let text = format!(
            "ERROR: AADSTS50076: Use multi-factor authentication to access 'x'.\nTrace ID: 0\n\
             Run the command below to authenticate interactively:\naz logout\n{login}"
        );
        assert_eq!(read(&text).1, ["az logout", login]);
        let inline = "Lütfen 'az login' çalıştırın.";
        assert_eq!(
            read(inline),
            (inline.to_owned(), vec!["az login".to_owned()])
        );
        assert_eq!(
            read("Please run az login to setup account.").1,
            ["az login"]
        );
        let two = "Run `az account clear` and `az login --tenant t`.";
        assert_eq!(read(two).1, ["az account clear", "az login --tenant t"]);
    }

    #[test]
    fn warnings_are_no_reason() {
        let text = "WARNING: Update with 'az upgrade'\nERROR: The disk is full\nSee the log.";
        assert_eq!(read(text), ("The disk is full".to_owned(), vec![]));
        assert_eq!(read("").0, "it returned no message");
        let broken = "ERROR: The command failed with an unexpected error.\n\
                      Traceback (most recent call last):\n  File \"x\"\nOSError: [Errno 28]";
        assert_eq!(read(broken).0, "OSError: [Errno 28]");
    }

    #[test]
    fn no_token_is_shown() {
        let (reason, _) = read("ERROR: token 'eyJhbGciOiJub25lIn0.eyJtYXJrIjoxfQ.c2ln', and more");
        assert_eq!(reason, "token '(not shown)', and more");
        assert!(read(&"ä".repeat(9000)).0.chars().count() <= LONGEST + 1);
    }
}
