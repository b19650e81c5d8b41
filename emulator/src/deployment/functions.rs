//! The functions of templates that depend on their arguments alone.

use std::cmp::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use serde_json::{Map, Number, Value, json};

use super::hash;

/// The longest array that `range()` makes.
const MAX_RANGE: i64 = 10_000;

/// Functions that Azure has and that are not served here.
const ELSEWHERE: &[&str] = &[
    "cidrhost",
    "cidrsubnet",
    "datauri",
    "datauritostring",
    "datetimeadd",
    "datetimefromepoch",
    "datetimetoepoch",
    "deployer",
    "externalinput",
    "filter",
    "groupby",
    "lambda",
    "lambdavariables",
    "managementgroup",
    "managementgroupresourceid",
    "map",
    "mapvalues",
    "parsecidr",
    "pickzones",
    "reduce",
    "references",
    "sort",
    "toobject",
];

/// What is wrong with a call of a function that nothing here answers.
pub(super) fn unknown(name: &str) -> String {
    let lower = name.to_lowercase();
    if ELSEWHERE.contains(&lower.as_str()) || lower.starts_with("list") {
        format!("The template function '{name}' is not supported by the emulator.")
    } else {
        format!(
            "The template function '{name}' is not valid. Please see https://aka.ms/arm-template-expressions for usage details."
        )
    }
}

/// How many arguments a function takes: at least and at most. None when there is no such function
/// here.
fn arity(name: &str) -> Option<(usize, usize)> {
    const MANY: usize = usize::MAX;
    Some(match name {
        "true" | "false" | "null" => (0, 0),
        "array"
        | "base64"
        | "base64tojson"
        | "base64tostring"
        | "bool"
        | "empty"
        | "first"
        | "flatten"
        | "float"
        | "int"
        | "items"
        | "json"
        | "last"
        | "length"
        | "not"
        | "objectkeys"
        | "shallowmerge"
        | "string"
        | "tolower"
        | "toupper"
        | "trim"
        | "uricomponent"
        | "uricomponenttostring" => (1, 1),
        "add" | "contains" | "div" | "endswith" | "equals" | "greater" | "greaterorequals"
        | "indexof" | "join" | "lastindexof" | "less" | "lessorequals" | "mod" | "mul"
        | "range" | "skip" | "split" | "startswith" | "sub" | "take" | "uri" => (2, 2),
        "substring" => (2, 3),
        "padleft" => (2, 3),
        "replace" => (3, 3),
        "tryget" => (2, MANY),
        "and" | "or" | "concat" | "format" | "guid" | "intersection" | "max" | "min"
        | "uniquestring" | "union" => (1, MANY),
        "createarray" | "createobject" => (0, MANY),
        _ => return None,
    })
}

/// Whether there is such a function here; the name is in lower case.
pub(super) fn is_known(name: &str) -> bool {
    arity(name).is_some()
}

/// Calls a function. None when there is no such function here.
pub(super) fn call(name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
    let lower = name.to_lowercase();
    let (least, most) = arity(&lower)?;
    if !(least..=most).contains(&arguments.len()) {
        return Some(Err(format!(
            "Unable to evaluate template language function '{name}': function requires {} argument(s) while {} were provided. Please see https://aka.ms/arm-functions/#{lower} for usage details.",
            if least == most {
                least.to_string()
            } else {
                format!("{least} or more")
            },
            arguments.len()
        )));
    }
    let call = Call { name, arguments };
    Some(call.answer(&lower))
}

struct Call<'a> {
    name: &'a str,
    arguments: &'a [Value],
}

type Answer = Result<Value, String>;

impl Call<'_> {
    fn wrong(&self, what: &str) -> String {
        format!(
            "The template language function '{}' {what}. Please see https://aka.ms/arm-functions for usage details.",
            self.name
        )
    }

    fn text(&self, at: usize) -> Result<&str, String> {
        self.arguments[at]
            .as_str()
            .ok_or_else(|| self.wrong(&format!("expects a string as its argument {}", at + 1)))
    }

    fn number(&self, at: usize) -> Result<i64, String> {
        self.arguments[at]
            .as_i64()
            .ok_or_else(|| self.wrong(&format!("expects an integer as its argument {}", at + 1)))
    }

    fn boolean(&self, at: usize) -> Result<bool, String> {
        self.arguments[at]
            .as_bool()
            .ok_or_else(|| self.wrong(&format!("expects a boolean as its argument {}", at + 1)))
    }

    fn array(&self, at: usize) -> Result<&Vec<Value>, String> {
        self.arguments[at]
            .as_array()
            .ok_or_else(|| self.wrong(&format!("expects an array as its argument {}", at + 1)))
    }

    fn object(&self, at: usize) -> Result<&Map<String, Value>, String> {
        self.arguments[at]
            .as_object()
            .ok_or_else(|| self.wrong(&format!("expects an object as its argument {}", at + 1)))
    }

    fn each<T>(&self, read: impl Fn(usize) -> Result<T, String>) -> Result<Vec<T>, String> {
        (0..self.arguments.len()).map(read).collect()
    }

    fn calculated(&self, result: Option<i64>) -> Answer {
        result
            .map(|number| json!(number))
            .ok_or_else(|| self.wrong("overflows, or divides by zero"))
    }

    fn compared(&self, wanted: &[Ordering]) -> Answer {
        let order = match (&self.arguments[0], &self.arguments[1]) {
            (Value::Number(_), Value::Number(_)) => self.number(0)?.cmp(&self.number(1)?),
            (Value::String(left), Value::String(right)) => left.cmp(right),
            _ => return Err(self.wrong("expects two integers or two strings")),
        };
        Ok(json!(wanted.contains(&order)))
    }

    fn answer(&self, name: &str) -> Answer {
        let arguments = self.arguments;
        Ok(match name {
            "true" => json!(true),
            "false" => json!(false),
            "null" => Value::Null,
            "add" => return self.calculated(self.number(0)?.checked_add(self.number(1)?)),
            "sub" => return self.calculated(self.number(0)?.checked_sub(self.number(1)?)),
            "mul" => return self.calculated(self.number(0)?.checked_mul(self.number(1)?)),
            "div" => return self.calculated(self.number(0)?.checked_div(self.number(1)?)),
            "mod" => return self.calculated(self.number(0)?.checked_rem(self.number(1)?)),
            "min" | "max" => return self.extreme(name == "min"),
            "int" => return self.to_int(),
            "float" => return self.to_float(),
            "string" => json!(to_text(&arguments[0])),
            "bool" => return self.to_bool(),
            "json" => serde_json::from_str(self.text(0)?)
                .map_err(|e| self.wrong(&format!("expects JSON: {e}")))?,
            "array" => match &arguments[0] {
                Value::Array(_) => arguments[0].clone(),
                other => json!([other]),
            },
            "createarray" => Value::Array(arguments.to_vec()),
            "createobject" => return self.create_object(),
            "and" => json!(self.each(|at| self.boolean(at))?.into_iter().all(|b| b)),
            "or" => json!(self.each(|at| self.boolean(at))?.into_iter().any(|b| b)),
            "not" => json!(!self.boolean(0)?),
            "equals" => json!(arguments[0] == arguments[1]),
            "greater" => return self.compared(&[Ordering::Greater]),
            "greaterorequals" => return self.compared(&[Ordering::Greater, Ordering::Equal]),
            "less" => return self.compared(&[Ordering::Less]),
            "lessorequals" => return self.compared(&[Ordering::Less, Ordering::Equal]),
            "concat" => return self.concat(),
            "format" => json!(self.format()?),
            "tolower" => json!(self.text(0)?.to_lowercase()),
            "toupper" => json!(self.text(0)?.to_uppercase()),
            "trim" => json!(self.text(0)?.trim()),
            "padleft" => json!(self.pad_left()?),
            "replace" => json!(self.text(0)?.replace(self.text(1)?, self.text(2)?)),
            "split" => return self.split(),
            "join" => {
                let parts: Vec<String> = self.array(0)?.iter().map(to_text).collect();
                json!(parts.join(self.text(1)?))
            }
            "startswith" => json!(lower(self.text(0)?).starts_with(&lower(self.text(1)?))),
            "endswith" => json!(lower(self.text(0)?).ends_with(&lower(self.text(1)?))),
            "indexof" | "lastindexof" => return self.index_of(name == "lastindexof"),
            "substring" => json!(self.substring()?),
            "take" | "skip" => return self.part(name == "take"),
            "length" => json!(match &arguments[0] {
                Value::String(text) => text.chars().count(),
                Value::Array(items) => items.len(),
                Value::Object(members) => members.len(),
                _ => return Err(self.wrong("expects a string, an array or an object")),
            }),
            "empty" => json!(match &arguments[0] {
                Value::Null => true,
                Value::String(text) => text.is_empty(),
                Value::Array(items) => items.is_empty(),
                Value::Object(members) => members.is_empty(),
                _ => return Err(self.wrong("expects a string, an array or an object")),
            }),
            "first" | "last" => return self.end(name == "first"),
            "contains" => return self.contains(),
            "union" | "intersection" => return self.combined(name == "union"),
            "range" => return self.range(),
            "flatten" => {
                let mut flat = Vec::new();
                for item in self.array(0)? {
                    match item {
                        Value::Array(items) => flat.extend(items.iter().cloned()),
                        _ => return Err(self.wrong("expects an array of arrays")),
                    }
                }
                Value::Array(flat)
            }
            "items" => {
                let mut members: Vec<_> = self.object(0)?.iter().collect();
                members.sort_by_key(|(key, _)| lower(key));
                members
                    .into_iter()
                    .map(|(key, value)| json!({ "key": key, "value": value }))
                    .collect()
            }
            "objectkeys" => {
                let mut keys: Vec<_> = self.object(0)?.keys().collect();
                keys.sort_by_key(|key| lower(key));
                json!(keys)
            }
            "shallowmerge" => {
                let mut merged = Map::new();
                for item in self.array(0)? {
                    let Value::Object(members) = item else {
                        return Err(self.wrong("expects an array of objects"));
                    };
                    merged.extend(members.clone());
                }
                Value::Object(merged)
            }
            "tryget" => {
                let mut found = arguments[0].clone();
                for step in &arguments[1..] {
                    found = element(&found, step).cloned().unwrap_or(Value::Null);
                }
                found
            }
            "base64" => json!(STANDARD.encode(self.text(0)?)),
            "base64tostring" => json!(self.decoded()?),
            "base64tojson" => serde_json::from_str(&self.decoded()?)
                .map_err(|e| self.wrong(&format!("expects JSON: {e}")))?,
            "guid" => json!(hash::guid(&self.each(|at| self.text(at))?.join("-"))),
            "uniquestring" => json!(hash::unique(&self.each(|at| self.text(at))?.join("-"))),
            "uri" => json!(self.uri()?),
            "uricomponent" => {
                const UNRESERVED: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC
                    .remove(b'-')
                    .remove(b'.')
                    .remove(b'_')
                    .remove(b'~');
                json!(percent_encode(self.text(0)?.as_bytes(), UNRESERVED).to_string())
            }
            "uricomponenttostring" => json!(crate::base::http::decode(self.text(0)?)),
            _ => return Err(unknown(self.name)),
        })
    }

    fn extreme(&self, least: bool) -> Answer {
        let numbers = match self.arguments {
            [Value::Array(items)] => items
                .iter()
                .map(|item| item.as_i64().ok_or_else(|| self.wrong("expects integers")))
                .collect::<Result<Vec<_>, _>>()?,
            _ => self.each(|at| self.number(at))?,
        };
        let found = if least {
            numbers.iter().min()
        } else {
            numbers.iter().max()
        };
        found
            .map(|number| json!(number))
            .ok_or_else(|| self.wrong("expects at least one integer"))
    }

    fn to_int(&self) -> Answer {
        match &self.arguments[0] {
            number @ Value::Number(_) if number.is_i64() => Ok(number.clone()),
            Value::String(text) => text
                .trim()
                .parse::<i64>()
                .map(|number| json!(number))
                .map_err(|_| self.wrong("expects a text that is an integer")),
            _ => Err(self.wrong("expects an integer or a string")),
        }
    }

    fn to_float(&self) -> Answer {
        let number = match &self.arguments[0] {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number
            .and_then(Number::from_f64)
            .map(Value::Number)
            .ok_or_else(|| self.wrong("expects a number or a string that is one"))
    }

    fn to_bool(&self) -> Answer {
        match &self.arguments[0] {
            Value::Bool(value) => Ok(json!(value)),
            Value::Number(number) => Ok(json!(number.as_i64() != Some(0))),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(json!(true)),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(json!(false)),
            _ => Err(self.wrong("expects a boolean, an integer, or the text of a boolean")),
        }
    }

    fn create_object(&self) -> Answer {
        if !self.arguments.len().is_multiple_of(2) {
            return Err(self.wrong("expects keys and values in turn"));
        }
        let mut members = Map::new();
        for (at, pair) in self.arguments.chunks_exact(2).enumerate() {
            members.insert(self.text(2 * at)?.to_owned(), pair[1].clone());
        }
        Ok(Value::Object(members))
    }

    fn concat(&self) -> Answer {
        if self.arguments.iter().all(Value::is_array) {
            return Ok(self
                .arguments
                .iter()
                .filter_map(Value::as_array)
                .flatten()
                .cloned()
                .collect());
        }
        let mut text = String::new();
        for argument in self.arguments {
            match argument {
                Value::String(part) => text.push_str(part),
                Value::Number(_) | Value::Bool(_) => text.push_str(&to_text(argument)),
                _ => return Err(self.wrong("expects strings alone, or arrays alone")),
            }
        }
        Ok(json!(text))
    }

    /// `{0}`, `{1,8}`, `{2:D4}`; doubled braces stand for one.
    fn format(&self) -> Result<String, String> {
        let format = self.text(0)?;
        let wrong = || self.wrong("has a format that is not valid");
        let mut text = String::new();
        let mut rest = format.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '{' if rest.next_if_eq(&'{').is_some() => text.push('{'),
                '}' if rest.next_if_eq(&'}').is_some() => text.push('}'),
                '}' => return Err(wrong()),
                '{' => {
                    let mut inside = String::new();
                    loop {
                        match rest.next() {
                            Some('}') => break,
                            Some(c) => inside.push(c),
                            None => return Err(wrong()),
                        }
                    }
                    let (place, how) = inside.split_once(':').unwrap_or((&inside, ""));
                    let (index, width) = place.split_once(',').unwrap_or((place, "0"));
                    let index: usize = index.trim().parse().map_err(|_| wrong())?;
                    let width: i32 = width.trim().parse().map_err(|_| wrong())?;
                    let value = self
                        .arguments
                        .get(index.saturating_add(1))
                        .ok_or_else(|| self.wrong(&format!("has no argument for '{{{index}}}'")))?;
                    let shown = match value.as_i64() {
                        Some(number) if !how.is_empty() => {
                            formatted(number, how).ok_or_else(|| {
                                self.wrong(&format!(
                                    "has the format '{how}', which is not supported by the emulator"
                                ))
                            })?
                        }
                        _ => to_text(value),
                    };
                    let size = usize::try_from(width.unsigned_abs())
                        .unwrap_or(0)
                        .min(1_000);
                    if width < 0 {
                        text.push_str(&format!("{shown:<size$}"));
                    } else {
                        text.push_str(&format!("{shown:>size$}"));
                    }
                }
                c => text.push(c),
            }
        }
        Ok(text)
    }

    fn pad_left(&self) -> Result<String, String> {
        let text = to_text(&self.arguments[0]);
        let width = usize::try_from(self.number(1)?)
            .ok()
            .filter(|width| *width <= 16_384)
            .ok_or_else(|| self.wrong("expects a length of 0 to 16384"))?;
        let pad = match self.arguments.get(2) {
            None => ' ',
            Some(_) => {
                let mut characters = self.text(2)?.chars();
                match (characters.next(), characters.next()) {
                    (Some(one), None) => one,
                    _ => return Err(self.wrong("pads with one character")),
                }
            }
        };
        let missing = width.saturating_sub(text.chars().count());
        Ok(std::iter::repeat_n(pad, missing)
            .chain(text.chars())
            .collect())
    }

    fn split(&self) -> Answer {
        let text = self.text(0)?;
        let delimiters: Vec<&str> = match &self.arguments[1] {
            Value::String(one) => vec![one],
            Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
            _ => return Err(self.wrong("splits at a string or at an array of strings")),
        };
        let mut parts = Vec::new();
        let mut rest = text;
        loop {
            let next = delimiters
                .iter()
                .filter(|delimiter| !delimiter.is_empty())
                .filter_map(|delimiter| Some((rest.find(delimiter)?, delimiter.len())))
                .min();
            match next {
                Some((at, length)) => {
                    parts.push(json!(rest[..at]));
                    rest = &rest[at + length..];
                }
                None => {
                    parts.push(json!(rest));
                    return Ok(Value::Array(parts));
                }
            }
        }
    }

    /// In characters, and without regard to casing in strings.
    fn index_of(&self, last: bool) -> Answer {
        let position = match &self.arguments[0] {
            Value::Array(items) => {
                let is = |item: &Value| *item == self.arguments[1];
                if last {
                    items.iter().rposition(is)
                } else {
                    items.iter().position(is)
                }
            }
            _ => {
                let (text, part) = (lower(self.text(0)?), lower(self.text(1)?));
                let at = if last {
                    text.rfind(&part)
                } else {
                    text.find(&part)
                };
                at.map(|at| text[..at].chars().count())
            }
        };
        Ok(position.map_or(json!(-1), |at| json!(at)))
    }

    fn substring(&self) -> Result<String, String> {
        let text: Vec<char> = self.text(0)?.chars().collect();
        let wrong = || self.wrong("has a start or a length that is not within the string");
        let start = usize::try_from(self.number(1)?).map_err(|_| wrong())?;
        let length = match self.arguments.get(2) {
            Some(_) => usize::try_from(self.number(2)?).map_err(|_| wrong())?,
            None => text.len().checked_sub(start).ok_or_else(wrong)?,
        };
        let end = start.checked_add(length).ok_or_else(wrong)?;
        text.get(start..end)
            .map(|part| part.iter().collect())
            .ok_or_else(wrong)
    }

    /// The first so many, or all but those.
    fn part(&self, take: bool) -> Answer {
        let count = usize::try_from(self.number(1)?.max(0)).unwrap_or(usize::MAX);
        Ok(match &self.arguments[0] {
            Value::Array(items) if take => items.iter().take(count).cloned().collect(),
            Value::Array(items) => items.iter().skip(count).cloned().collect(),
            Value::String(text) if take => json!(text.chars().take(count).collect::<String>()),
            Value::String(text) => json!(text.chars().skip(count).collect::<String>()),
            _ => return Err(self.wrong("expects a string or an array")),
        })
    }

    fn end(&self, first: bool) -> Answer {
        Ok(match &self.arguments[0] {
            Value::Array(items) => {
                let item = if first { items.first() } else { items.last() };
                item.cloned().unwrap_or(Value::Null)
            }
            Value::String(text) => {
                let c = if first {
                    text.chars().next()
                } else {
                    text.chars().next_back()
                };
                json!(c.map(String::from).unwrap_or_default())
            }
            _ => return Err(self.wrong("expects a string or an array")),
        })
    }

    fn contains(&self) -> Answer {
        Ok(json!(match &self.arguments[0] {
            Value::Array(items) => items.contains(&self.arguments[1]),
            Value::Object(members) => member(members, &to_text(&self.arguments[1])).is_some(),
            Value::String(text) => text.contains(&to_text(&self.arguments[1])),
            Value::Null => false,
            _ => return Err(self.wrong("expects a string, an array or an object")),
        }))
    }

    fn combined(&self, union: bool) -> Answer {
        if self.arguments.iter().all(Value::is_array) {
            let mut all = self.each(|at| self.array(at))?.into_iter();
            let mut result = Vec::new();
            let first = all.next().cloned().unwrap_or_default();
            let rest: Vec<_> = all.collect();
            if union {
                for item in first.into_iter().chain(rest.into_iter().flatten().cloned()) {
                    if !result.contains(&item) {
                        result.push(item);
                    }
                }
            } else {
                for item in first {
                    if rest.iter().all(|items| items.contains(&item)) && !result.contains(&item) {
                        result.push(item);
                    }
                }
            }
            return Ok(Value::Array(result));
        }
        let mut all = self.each(|at| self.object(at))?.into_iter();
        let mut result = all.next().cloned().unwrap_or_default();
        for members in all {
            if union {
                merge(&mut result, members);
            } else {
                result.retain(|name, value| members.get(name) == Some(value));
            }
        }
        Ok(Value::Object(result))
    }

    fn range(&self) -> Answer {
        let (start, count) = (self.number(0)?, self.number(1)?);
        let end = start
            .checked_add(count)
            .filter(|end| i32::try_from(*end).is_ok())
            .filter(|_| (0..=MAX_RANGE).contains(&count));
        match end {
            Some(end) => Ok((start..end).map(|number| json!(number)).collect()),
            None => Err(self.wrong(&format!(
                "expects a count of 0 to {MAX_RANGE} and a range of 32-bit integers"
            ))),
        }
    }

    fn decoded(&self) -> Result<String, String> {
        STANDARD
            .decode(self.text(0)?)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or_else(|| self.wrong("expects a text in base64"))
    }

    fn uri(&self) -> Result<String, String> {
        let (base, path) = (self.text(0)?, self.text(1)?);
        let Some((scheme, behind)) = base.split_once("://") else {
            return Err(self.wrong("expects a URL as its argument 1"));
        };
        // What is behind the last slash of the base gives way.
        let folder = behind.rsplit_once('/').map_or(behind, |(folder, _)| folder);
        let host = behind.split('/').next().unwrap_or_default();
        Ok(if path.contains("://") {
            path.to_owned()
        } else if let Some(rooted) = path.strip_prefix('/') {
            format!("{scheme}://{host}/{rooted}")
        } else {
            format!("{scheme}://{folder}/{path}")
        })
    }
}

/// A number in one of .NET's formats.
fn formatted(number: i64, how: &str) -> Option<String> {
    let sign = if number < 0 { "-" } else { "" };
    let digits = number.unsigned_abs().to_string();
    if how.chars().all(|c| c == '0') {
        return Some(format!("{sign}{digits:0>width$}", width = how.len()));
    }
    let mut letters = how.chars();
    let kind = letters.next()?.to_ascii_uppercase();
    let size: usize = match letters.as_str() {
        "" if kind == 'N' || kind == 'F' => 2,
        "" => 0,
        size => size.parse().ok().filter(|size| *size <= 99)?,
    };
    let fraction = |size: usize| match size {
        0 => String::new(),
        size => format!(".{}", "0".repeat(size)),
    };
    Some(match kind {
        'D' => format!("{sign}{digits:0>size$}"),
        'X' if number >= 0 => format!("{number:0>size$X}"),
        'F' => format!("{sign}{digits}{}", fraction(size)),
        'N' => {
            let grouped: Vec<&str> = digits
                .as_bytes()
                .rchunks(3)
                .rev()
                .map(|chunk| std::str::from_utf8(chunk).unwrap_or_default())
                .collect();
            format!("{sign}{}{}", grouped.join(","), fraction(size))
        }
        _ => return None,
    })
}

fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// A value as a text, in the way of `string()`.
pub(super) fn to_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A member of an object, without regard to casing unless that tells two apart.
pub(super) fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.get(name).or_else(|| {
        members
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

/// `value[key]`.
pub(super) fn element<'a>(value: &'a Value, key: &Value) -> Option<&'a Value> {
    match (value, key) {
        (Value::Object(members), Value::String(name)) => member(members, name),
        (Value::Array(items), Value::Number(_)) => items.get(usize::try_from(key.as_i64()?).ok()?),
        _ => None,
    }
}

/// Objects in objects are joined too; of everything else the later counts.
fn merge(into: &mut Map<String, Value>, from: &Map<String, Value>) {
    for (name, value) in from {
        match (into.get_mut(name), value) {
            (Some(Value::Object(into)), Value::Object(from)) => merge(into, from),
            _ => {
                into.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, arguments: Value) -> Answer {
        let Value::Array(arguments) = arguments else {
            panic!("a list of arguments");
        };
        call(name, &arguments).unwrap_or_else(|| Err(unknown(name)))
    }

    #[test]
    fn what_functions_give() {
        let deep = json!({"a": {"b": 1}});
        for (name, arguments, wanted) in [
            ("add", json!([2, 3]), json!(5)),
            ("div", json!([7, 2]), json!(3)),
            ("mod", json!([7, 2]), json!(1)),
            ("min", json!([[3, 1, 2]]), json!(1)),
            ("max", json!([3, 1, 2]), json!(3)),
            ("int", json!(["42"]), json!(42)),
            ("string", json!([true]), json!("True")),
            ("string", json!([{"a": 1}]), json!("{\"a\":1}")),
            ("bool", json!(["TRUE"]), json!(true)),
            ("bool", json!([0]), json!(false)),
            ("json", json!(["{\"a\":[1,null]}"]), json!({"a": [1, null]})),
            ("array", json!(["a"]), json!(["a"])),
            ("createArray", json!([1, "a"]), json!([1, "a"])),
            ("createObject", json!(["a", 1]), json!({"a": 1})),
            ("and", json!([true, true, false]), json!(false)),
            ("or", json!([false, true]), json!(true)),
            ("not", json!([false]), json!(true)),
            ("equals", json!([deep, deep]), json!(true)),
            ("equals", json!(["a", "A"]), json!(false)),
            ("greater", json!([2, 1]), json!(true)),
            ("lessOrEquals", json!(["a", "a"]), json!(true)),
            ("concat", json!(["a", 1, true]), json!("a1True")),
            ("concat", json!([[1], [2]]), json!([1, 2])),
            (
                "format",
                json!(["{{{0}-{1:D4}-{2}}}", "a", 7, [1]]),
                json!("{a-0007-[1]}"),
            ),
            (
                "format",
                json!(["{0,4}|{0,-4}|{1:N0}|{1:X}|{0:00}", 5, 12345]),
                json!("   5|5   |12,345|3039|05"),
            ),
            ("toLower", json!(["ÄB"]), json!("äb")),
            ("padLeft", json!(["5", 3, "0"]), json!("005")),
            ("replace", json!(["a-b-c", "-", ""]), json!("abc")),
            (
                "split",
                json!(["a,b;c", [",", ";"]]),
                json!(["a", "b", "c"]),
            ),
            ("join", json!([["a", "b"], "-"]), json!("a-b")),
            ("startsWith", json!(["Abc", "aB"]), json!(true)),
            ("endsWith", json!(["Abc", "BC"]), json!(true)),
            ("indexOf", json!(["äbc", "C"]), json!(2)),
            ("lastIndexOf", json!(["abab", "b"]), json!(3)),
            ("indexOf", json!([["a"], "b"]), json!(-1)),
            ("substring", json!(["häuser", 1, 2]), json!("äu")),
            ("substring", json!(["abc", 3]), json!("")),
            ("take", json!(["abc", 2]), json!("ab")),
            ("skip", json!([[1, 2, 3], 1]), json!([2, 3])),
            ("length", json!(["äb"]), json!(2)),
            ("empty", json!([{}]), json!(true)),
            ("first", json!([["a", "b"]]), json!("a")),
            ("last", json!(["ab"]), json!("b")),
            ("contains", json!([{"Ab": 1}, "aB"]), json!(true)),
            ("contains", json!([[1, 2], 3]), json!(false)),
            (
                "union",
                json!([{"a": {"x": 1}}, {"a": {"y": 2}, "b": 3}]),
                json!({"a": {"x": 1, "y": 2}, "b": 3}),
            ),
            ("union", json!([[1, 2], [2, 3]]), json!([1, 2, 3])),
            ("intersection", json!([[1, 2], [2, 3]]), json!([2])),
            (
                "intersection",
                json!([{"a": 1, "b": 2}, {"a": 1, "b": 3}]),
                json!({"a": 1}),
            ),
            ("range", json!([5, 3]), json!([5, 6, 7])),
            ("flatten", json!([[[1], [2, 3]]]), json!([1, 2, 3])),
            (
                "items",
                json!([{"b": 1, "a": 2}]),
                json!([{"key": "a", "value": 2}, {"key": "b", "value": 1}]),
            ),
            ("tryGet", json!([deep, "a", "x"]), json!(null)),
            ("objectKeys", json!([{"b": 1, "A": 2}]), json!(["A", "b"])),
            (
                "shallowMerge",
                json!([[{"a": {"x": 1}}, {"a": {"y": 2}, "b": 3}]]),
                json!({"a": {"y": 2}, "b": 3}),
            ),
            ("base64", json!(["äb"]), json!("w6Ri")),
            ("base64ToString", json!(["w6Ri"]), json!("äb")),
            ("guid", json!(["a", "b", "c"]), json!(hash::guid("a-b-c"))),
            (
                "uniqueString",
                json!(["hello", "world"]),
                json!("a7wkljktk6wne"),
            ),
            (
                "uri",
                json!(["https://a/b/c", "d.json"]),
                json!("https://a/b/d.json"),
            ),
            ("uri", json!(["https://a", "d"]), json!("https://a/d")),
            ("uriComponent", json!(["a b/ä"]), json!("a%20b%2F%C3%A4")),
        ] {
            assert_eq!(
                of(name, arguments.clone()),
                Ok(wanted),
                "{name} {arguments}"
            );
        }
    }

    #[test]
    fn what_functions_refuse() {
        for (name, arguments, part) in [
            ("add", json!([1]), "requires 2"),
            ("add", json!([1, "a"]), "integer"),
            ("add", json!([i64::MAX, 1]), "overflows"),
            ("div", json!([1, 0]), "zero"),
            ("mod", json!([i64::MIN, -1]), "overflows"),
            ("int", json!(["x"]), "integer"),
            ("json", json!(["{"]), "JSON"),
            ("concat", json!([["a"], "b"]), "arrays"),
            ("format", json!(["{0}"]), "{0}"),
            ("format", json!(["{"]), "format"),
            ("format", json!(["{0:Q}", 1]), "'Q'"),
            ("substring", json!(["abc", 2, 2]), "within"),
            ("substring", json!(["abc", -1]), "within"),
            ("range", json!([0, 10_001]), "count"),
            ("range", json!([i64::MAX, 2]), "range"),
            ("padLeft", json!(["a", 100_000]), "16384"),
            ("createObject", json!(["a"]), "turn"),
            ("listKeys", json!([]), "not supported by the emulator"),
            ("pickZones", json!([]), "not supported by the emulator"),
            ("nonsense", json!([]), "is not valid"),
        ] {
            let error = of(name, arguments.clone()).unwrap_err();
            assert!(error.contains(part), "{name} {arguments}: {error}");
        }
    }
}
