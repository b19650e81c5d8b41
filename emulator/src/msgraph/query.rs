//! The query options of Microsoft Graph: `$filter`, `$select`, `$top`, `$count`, `$skiptoken`.

use serde_json::{Map, Value};

use super::request::GraphError;
use crate::arm::paging;
use crate::base::http::Request;

/// How many items a page has unless `$top` says otherwise, and at most.
const DEFAULT_TOP: usize = 100;
const MAX_TOP: usize = 999;
/// How deep a filter may be nested.
const MAX_DEPTH: usize = 32;

/// What a request asks for.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) filter: Option<Filter>,
    select: Option<Vec<String>>,
    pub(super) top: usize,
    pub(super) count: bool,
    pub(super) after: Option<String>,
}

impl Query {
    /// Whether the item with this key is on this page or after it.
    pub(super) fn is_left(&self, key: &str) -> bool {
        self.after.as_deref().is_none_or(|after| key > after)
    }

    pub(super) fn of(request: &Request, page_size: usize) -> Result<Self, GraphError> {
        for name in crate::base::http::pairs(&request.query)
            .into_iter()
            .map(|p| p.0)
        {
            let known = ["$filter", "$select", "$top", "$count", "$skiptoken"];
            if name.starts_with('$') && !known.iter().any(|k| k.eq_ignore_ascii_case(&name)) {
                return Err(GraphError::unsupported(format!(
                    "The query option '{name}' is not supported by the emulator."
                )));
            }
        }
        let given = |name: &str| {
            request
                .parameter(name)
                .filter(|text| !text.trim().is_empty())
        };
        let top = match given("$top") {
            None => DEFAULT_TOP.min(page_size),
            Some(text) => match text.trim().parse::<usize>() {
                Ok(top) if (1..=MAX_TOP).contains(&top) => top,
                _ => {
                    return Err(GraphError::bad(format!(
                        "Invalid page size specified: '{text}'. Must be between 1 and {MAX_TOP} inclusive."
                    )));
                }
            },
        };
        Ok(Query {
            filter: given("$filter")
                .map(|text| Filter::parse(&text))
                .transpose()?,
            select: given("$select")
                .map(|text| text.split(',').map(|name| name.trim().to_owned()).collect()),
            top,
            // As Graph has it: counted only for those who take what is not quite up to date.
            count: given("$count").is_some_and(|text| text.eq_ignore_ascii_case("true"))
                && request
                    .header("consistencylevel")
                    .is_some_and(|level| level.eq_ignore_ascii_case("eventual")),
            after: given("$skiptoken")
                .map(|token| {
                    paging::read_token(&token).ok_or_else(|| {
                        GraphError::bad("The skip token is not one that was given out.".to_owned())
                    })
                })
                .transpose()?,
        })
    }

    /// Whether a property is asked for.
    pub(super) fn asks_for(&self, name: &str) -> bool {
        self.select.as_ref().is_none_or(|select| {
            let mut asked = select.iter();
            asked.any(|one| one == "*" || one.eq_ignore_ascii_case(name))
        })
    }

    /// Of the properties of a type, those that were asked for.
    pub(super) fn selected(
        &self,
        kind: &str,
        properties: &[&'static str],
    ) -> Result<Vec<&'static str>, GraphError> {
        let Some(select) = &self.select else {
            return Ok(properties.to_vec());
        };
        if select.iter().any(|name| name == "*") {
            return Ok(properties.to_vec());
        }
        select
            .iter()
            .map(|name| {
                properties
                    .iter()
                    .find(|known| known.eq_ignore_ascii_case(name))
                    .copied()
                    .ok_or_else(|| GraphError {
                        status: 400,
                        code: "BadRequest",
                        message: format!(
                            "Could not find a property named '{name}' on type 'microsoft.graph.{kind}'."
                        ),
                    })
            })
            .collect()
    }
}

/// A filter.
#[derive(Debug, PartialEq)]
pub(super) enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    /// One of the values.
    Equal(String, Vec<Value>),
    StartsWith(String, String),
    /// `name/any(x:x eq 'value')`.
    Any(String, Value),
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Mark(char),
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let mut value = String::new();
            let mut behind = &rest[1..];
            loop {
                let (part, more) = behind.split_once('\'')?;
                value.push_str(part);
                match more.strip_prefix('\'') {
                    Some(more) => {
                        value.push('\'');
                        behind = more;
                    }
                    None => {
                        behind = more;
                        break;
                    }
                }
            }
            tokens.push(Token::Text(value));
            rest = behind;
        } else if "(),:/".contains(first) {
            tokens.push(Token::Mark(first));
            rest = &rest[1..];
        } else {
            let end = rest
                .find(|c: char| c.is_whitespace() || "(),:/'".contains(c))
                .unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    Some(tokens)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word))
    }

    fn skip_word(&mut self, word: &str) -> bool {
        let there = self.is_word(word);
        if there {
            self.at += 1;
        }
        there
    }

    fn skip_mark(&mut self, mark: char) -> Option<()> {
        (self.next()? == Token::Mark(mark)).then_some(())
    }

    fn word(&mut self) -> Option<String> {
        match self.next()? {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }

    fn value(&mut self) -> Option<Value> {
        match self.next()? {
            Token::Text(text) => Some(Value::String(text)),
            Token::Word(word) => match word.to_lowercase().as_str() {
                "true" => Some(Value::Bool(true)),
                "false" => Some(Value::Bool(false)),
                "null" => Some(Value::Null),
                // GUIDs may come without quotes.
                other if crate::base::random::is_guid(other) => Some(Value::String(word)),
                _ => None,
            },
            Token::Mark(_) => None,
        }
    }

    fn either(&mut self) -> Option<Filter> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut all = vec![self.both()?];
        while self.skip_word("or") {
            all.push(self.both()?);
        }
        self.depth -= 1;
        Some(if all.len() == 1 {
            all.remove(0)
        } else {
            Filter::Or(all)
        })
    }

    fn both(&mut self) -> Option<Filter> {
        let mut all = vec![self.one()?];
        while self.skip_word("and") {
            all.push(self.one()?);
        }
        Some(if all.len() == 1 {
            all.remove(0)
        } else {
            Filter::And(all)
        })
    }

    fn one(&mut self) -> Option<Filter> {
        if self.peek() == Some(&Token::Mark('(')) {
            self.at += 1;
            let inside = self.either()?;
            self.skip_mark(')')?;
            return Some(inside);
        }
        let word = self.word()?;
        if word.eq_ignore_ascii_case("not") {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return None;
            }
            let inside = self.one()?;
            self.depth -= 1;
            return Some(Filter::Not(Box::new(inside)));
        }
        if word.eq_ignore_ascii_case("startswith") && self.peek() == Some(&Token::Mark('(')) {
            self.skip_mark('(')?;
            let name = self.word()?;
            self.skip_mark(',')?;
            let Value::String(text) = self.value()? else {
                return None;
            };
            self.skip_mark(')')?;
            return Some(Filter::StartsWith(name, text));
        }
        if self.peek() == Some(&Token::Mark('/')) {
            self.at += 1;
            return self.any(word);
        }
        if self.skip_word("eq") {
            return Some(Filter::Equal(word, vec![self.value()?]));
        }
        if self.skip_word("ne") {
            let equal = Filter::Equal(word, vec![self.value()?]);
            return Some(Filter::Not(Box::new(equal)));
        }
        if self.skip_word("in") {
            self.skip_mark('(')?;
            let mut values = vec![self.value()?];
            while self.peek() == Some(&Token::Mark(',')) {
                self.at += 1;
                values.push(self.value()?);
            }
            self.skip_mark(')')?;
            return Some(Filter::Equal(word, values));
        }
        None
    }

    /// Behind `name/`: `any(x:x eq 'value')`.
    fn any(&mut self, name: String) -> Option<Filter> {
        self.skip_word("any").then_some(())?;
        self.skip_mark('(')?;
        let variable = self.word()?;
        self.skip_mark(':')?;
        (self.word()? == variable).then_some(())?;
        self.skip_word("eq").then_some(())?;
        let value = self.value()?;
        self.skip_mark(')')?;
        Some(Filter::Any(name, value))
    }
}

impl Filter {
    fn parse(text: &str) -> Result<Self, GraphError> {
        let parsed = tokens(text).and_then(|tokens| {
            let mut parser = Parser {
                tokens,
                at: 0,
                depth: 0,
            };
            let filter = parser.either()?;
            (parser.at == parser.tokens.len()).then_some(filter)
        });
        parsed.ok_or_else(|| GraphError {
            status: 400,
            code: "BadRequest",
            message: format!("Invalid filter clause: '{text}'."),
        })
    }

    /// Whether it has a property that nothing can be filtered by, and which.
    pub(super) fn unknown(&self, known: &[&str]) -> Option<&str> {
        match self {
            Filter::And(all) | Filter::Or(all) => all.iter().find_map(|one| one.unknown(known)),
            Filter::Not(one) => one.unknown(known),
            Filter::Equal(name, _) | Filter::StartsWith(name, _) | Filter::Any(name, _) => known
                .iter()
                .all(|known| !known.eq_ignore_ascii_case(name))
                .then_some(name),
        }
    }

    /// Whether it lets pass what has these properties.
    pub(super) fn passes(&self, property: &dyn Fn(&str) -> Value) -> bool {
        match self {
            Filter::And(all) => all.iter().all(|one| one.passes(property)),
            Filter::Or(all) => all.iter().any(|one| one.passes(property)),
            Filter::Not(one) => !one.passes(property),
            Filter::Equal(name, values) => {
                let found = property(name);
                values.iter().any(|value| same(&found, value))
            }
            Filter::StartsWith(name, start) => property(name)
                .as_str()
                .is_some_and(|text| text.to_lowercase().starts_with(&start.to_lowercase())),
            Filter::Any(name, value) => property(name)
                .as_array()
                .is_some_and(|items| items.iter().any(|item| same(item, value))),
        }
    }
}

/// Graph compares text without regard to casing.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) => left.to_lowercase() == right.to_lowercase(),
        _ => left == right,
    }
}

/// The members of a body that are named, in any casing.
pub(super) fn member<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    body.iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
        .filter(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn passes(filter: &str) -> bool {
        let property = |name: &str| match name.to_lowercase().as_str() {
            "displayname" => json!("It's mine"),
            "securityenabled" => json!(true),
            "names" => json!(["a", "B"]),
            _ => Value::Null,
        };
        Filter::parse(filter).unwrap().passes(&property)
    }

    #[test]
    fn filters_that_pass_and_that_do_not() {
        for filter in [
            "displayName eq 'it''s MINE'",
            "startswith(displayName,'it')",
            "startsWith(DisplayName, 'It''s')",
            "displayName ne 'x' and securityEnabled eq true",
            "displayName eq 'x' or (names/any(n:n eq 'b') and not(displayName eq 'y'))",
            "displayName in ('x','it''s mine')",
            "description eq null",
        ] {
            assert!(passes(filter), "{filter}");
        }
        for filter in [
            "displayName eq 'it''s'",
            "startswith(displayName,'mine')",
            "not startswith(displayName,'it')",
            "names/any(n:n eq 'c')",
            "displayName eq 'x' or displayName eq 'y'",
            "securityEnabled eq false",
        ] {
            assert!(!passes(filter), "{filter}");
        }
    }

    #[test]
    fn what_is_no_filter() {
        let deep = format!("{}a eq 'b'{}", "(".repeat(100_000), ")".repeat(100_000));
        let nots = "not ".repeat(100_000);
        for filter in [
            "",
            "a",
            "a eq",
            "a eq b",
            "a eq 'b",
            "a eq 'b' and",
            "a gt 'b'",
            "(a eq 'b'",
            "a eq 'b')",
            "a/any(x:y eq 'b')",
            "a/all(x:x eq 'b')",
            "startswith(a)",
            "endswith(a,'b')",
            "a in ()",
            "é",
            &deep,
            &nots,
        ] {
            assert!(Filter::parse(filter).is_err());
        }
    }
}
