//! From text to tokens.

use serde_json::{Value, json};

use super::types::QueryError;

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tok {
    /// Names and words, also `mv-expand`, `in~` and `!in`.
    Name,
    /// A string literal, without its quotes.
    Text(String),
    Number(Value),
    Symbol,
    End,
}

/// A token, and where it is.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) tok: Tok,
    /// As it is written.
    pub(super) raw: String,
    line: usize,
    character: usize,
}

impl Token {
    /// The error of a query that cannot be read, or makes no sense, from here on.
    pub(super) fn fails(&self, message: impl Into<String>) -> QueryError {
        self.error("ParserFailure", message)
    }

    /// The error of what Azure may have and the emulator does not.
    pub(super) fn not_served(&self, what: &str) -> QueryError {
        self.error(
            "InvalidQueryLanguage",
            format!("The emulator does not serve {what} '{}'.", self.raw),
        )
    }

    pub(super) fn error(&self, code: &'static str, message: impl Into<String>) -> QueryError {
        QueryError {
            code,
            message: message.into(),
            line: self.line,
            character: self.character,
            token: self.raw.chars().take(100).collect(),
        }
    }

    pub(super) fn is_symbol(&self, text: &str) -> bool {
        self.tok == Tok::Symbol && self.raw == text
    }

    pub(super) fn is_word(&self, text: &str) -> bool {
        self.tok == Tok::Name && self.raw == text
    }
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    character: usize,
}

impl<'a> Lexer<'a> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn second(&self) -> Option<char> {
        self.rest.chars().nth(1)
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.rest = &self.rest[next.len_utf8()..];
        if next == '\n' {
            self.line += 1;
            self.character = 1;
        } else {
            self.character += 1;
        }
        Some(next)
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.next();
        }
    }

    fn skip_blank(&mut self) {
        loop {
            self.skip_while(char::is_whitespace);
            if !self.rest.starts_with("//") {
                return;
            }
            self.skip_while(|c| c != '\n');
        }
    }

    fn name(&mut self) {
        self.skip_while(in_name);
    }

    /// What is between the quotes; none when the literal does not end or has an escape that is
    /// none. `verbatim` is `@'…'`, where a doubled quote is one and a backslash is itself.
    fn text(&mut self, verbatim: bool) -> Option<String> {
        let quote = self.next()?;
        let mut text = String::new();
        loop {
            match self.next()? {
                '\n' => return None,
                c if c == quote => {
                    if verbatim && self.peek() == Some(quote) {
                        self.next();
                        text.push(quote);
                    } else {
                        return Some(text);
                    }
                }
                '\\' if !verbatim => text.push(match self.next()? {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'x' => self.hex(2)?,
                    'u' => self.hex(4)?,
                    c @ ('\\' | '\'' | '"') => c,
                    _ => return None,
                }),
                c => text.push(c),
            }
        }
    }

    fn hex(&mut self, digits: usize) -> Option<char> {
        let mut code = 0;
        for _ in 0..digits {
            code = code * 16 + self.next()?.to_digit(16)?;
        }
        char::from_u32(code)
    }

    /// The next token's nature; none for a literal or a character that is none.
    fn token(&mut self) -> Option<Tok> {
        let Some(first) = self.peek() else {
            return Some(Tok::End);
        };
        if starts_name(first) || (first == '!' && self.second().is_some_and(starts_name)) {
            let start = self.rest;
            self.next();
            self.name();
            let read = |lexer: &Lexer<'a>| &start[..start.len() - lexer.rest.len()];
            let word = read(self);
            if matches!(word, "mv" | "project")
                && self.peek() == Some('-')
                && self.second().is_some_and(starts_name)
            {
                self.next();
                self.name();
            } else if matches!(word, "in" | "!in") && self.peek() == Some('~') {
                self.next();
            }
            return Some(Tok::Name);
        }
        match first {
            '\'' | '"' => self.text(false).map(Tok::Text),
            '@' if matches!(self.second(), Some('\'' | '"')) => {
                self.next();
                self.text(true).map(Tok::Text)
            }
            '0'..='9' => {
                let start = self.rest;
                self.skip_while(|c| c.is_ascii_digit());
                let real =
                    self.peek() == Some('.') && self.second().is_some_and(|c| c.is_ascii_digit());
                if real {
                    self.next();
                    self.skip_while(|c| c.is_ascii_digit());
                }
                let digits = &start[..start.len() - self.rest.len()];
                let number = if real {
                    digits.parse::<f64>().ok().map(|n| json!(n))
                } else {
                    digits.parse::<i64>().ok().map(|n| json!(n))
                };
                number.map(Tok::Number)
            }
            _ => {
                let long = ["==", "=~", "!=", "!~", "<=", ">="];
                let known = long.iter().any(|symbol| self.rest.starts_with(symbol));
                if known {
                    self.next();
                    self.next();
                    return Some(Tok::Symbol);
                }
                self.next();
                "|()[],.=<>*;-".contains(first).then_some(Tok::Symbol)
            }
        }
    }
}

fn starts_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// All tokens, the last of which is the end.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, QueryError> {
    let mut lexer = Lexer {
        rest: text,
        line: 1,
        character: 1,
    };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blank();
        let (start, line, character) = (lexer.rest, lexer.line, lexer.character);
        let tok = lexer.token();
        let raw = match tok {
            Some(Tok::End) => "<EOF>",
            _ => &start[..start.len() - lexer.rest.len()],
        };
        let token = Token {
            tok: tok.clone().unwrap_or(Tok::Symbol),
            raw: raw.to_owned(),
            line,
            character,
        };
        if tok.is_none() {
            return Err(token.fails(format!("'{raw}' is not a token of the query language.")));
        }
        tokens.push(token);
        if tok == Some(Tok::End) {
            return Ok(tokens);
        }
    }
}
