//! Runs the stages of a query over rows.

use crate::base::json::object;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use regex_lite::Regex;
use serde_json::{Value, json};

use super::types::{QueryError, Row};

/// How many rows a query may have at any point.
const ROWS: usize = 500_000;

/// One operator of the pipeline.
#[derive(Debug)]
pub(super) enum Stage {
    Where(Expr),
    Project(Vec<Expr>),
    /// Columns and what they are set to; a column behind the last is new.
    Extend(Vec<(usize, Expr)>),
    Expand {
        column: usize,
        expr: Expr,
        /// What comes out is a string.
        text: bool,
        limit: usize,
    },
    Sort(Vec<Sorting>),
    Take(usize),
    Count,
    Distinct,
    /// The number of rows with the same values.
    Summarize(Vec<Expr>),
}

impl Stage {
    /// What it makes of a row depends on no other row.
    fn is_row_by_row(&self) -> bool {
        matches!(
            self,
            Stage::Where(_) | Stage::Project(_) | Stage::Extend(_) | Stage::Expand { .. }
        )
    }

    pub(super) fn limits(&self) -> bool {
        matches!(self, Stage::Take(_))
    }
}

/// One key of an order.
#[derive(Debug)]
pub(super) struct Sorting {
    pub(super) expr: Expr,
    pub(super) ascending: bool,
    pub(super) nulls_first: bool,
}

/// A step into a value.
#[derive(Debug)]
pub(super) enum Key {
    Name(String),
    /// From the end, if negative.
    Index(i64),
}

#[derive(Debug)]
pub(super) enum Expr {
    Constant(Value),
    Path {
        column: usize,
        keys: Vec<Key>,
    },
    Call(Function, Box<Expr>),
    Compare {
        op: Op,
        negated: bool,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    In {
        item: Box<Expr>,
        list: HashSet<String>,
        folded: bool,
        negated: bool,
    },
    Matches(Box<Expr>, Regex),
    And(Vec<Expr>),
    Or(Vec<Expr>),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Function {
    Text,
    Lower,
    Upper,
    IsEmpty,
    IsNotEmpty,
    IsNull,
    IsNotNull,
    Not,
    BagKeys,
    ArrayLength,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    Equal,
    /// Equal in any casing.
    Like,
    Less,
    AtMost,
    More,
    AtLeast,
    Has,
    Contains,
    StartsWith,
    EndsWith,
}

/// A value as `tostring` has it: null is nothing.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// For comparing in any casing.
pub(super) fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// How many rows go through the first stages at a time.
const CHUNK: usize = 1_000;

/// One behind the other, each over what the one before leaves. The stages at the beginning that
/// look at one row at a time take the rows in chunks.
pub(super) fn run(
    stages: &[Stage],
    rows: impl Iterator<Item = Row>,
) -> Result<Vec<Row>, QueryError> {
    let whole = stages
        .iter()
        .position(|stage| !stage.is_row_by_row())
        .unwrap_or(stages.len());
    let (first, rest) = stages.split_at(whole);
    let mut rows = rows;
    let mut found = Vec::new();
    loop {
        let chunk: Vec<Row> = rows.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        found.extend(
            first
                .iter()
                .try_fold(chunk, |rows, stage| checked(stage, rows))?,
        );
        check(&found)?;
    }
    rest.iter()
        .try_fold(found, |rows, stage| checked(stage, rows))
}

fn checked(stage: &Stage, rows: Vec<Row>) -> Result<Vec<Row>, QueryError> {
    let rows = stage.run(rows)?;
    check(&rows)?;
    Ok(rows)
}

fn check(rows: &[Row]) -> Result<(), QueryError> {
    if rows.len() <= ROWS {
        return Ok(());
    }
    Err(QueryError {
        code: "QueryLimitExceeded",
        message: format!("The query makes more than {ROWS} rows."),
        line: 1,
        character: 1,
        token: String::new(),
    })
}

impl Stage {
    fn run(&self, mut rows: Vec<Row>) -> Result<Vec<Row>, QueryError> {
        match self {
            Stage::Where(condition) => rows.retain(|row| condition.holds(row)),
            Stage::Project(exprs) => {
                for row in &mut rows {
                    *row = exprs.iter().map(|expr| expr.value(row)).collect();
                }
            }
            Stage::Extend(set) => {
                for row in &mut rows {
                    let values: Vec<Value> = set.iter().map(|(_, expr)| expr.value(row)).collect();
                    for ((column, _), value) in set.iter().zip(values) {
                        put(row, *column, value);
                    }
                }
            }
            Stage::Expand {
                column,
                expr,
                text,
                limit,
            } => {
                let mut expanded = Vec::new();
                for row in rows {
                    for item in items(expr.value(&row)).into_iter().take(*limit) {
                        let item = if *text { json!(plain(&item)) } else { item };
                        let mut next = row.clone();
                        put(&mut next, *column, item);
                        expanded.push(next);
                    }
                    if expanded.len() > ROWS {
                        // Enough for the caller to see that it is too much.
                        break;
                    }
                }
                rows = expanded;
            }
            Stage::Sort(by) => {
                let mut keyed: Vec<(Vec<Value>, Row)> = rows
                    .into_iter()
                    .map(|row| (by.iter().map(|s| s.expr.value(&row)).collect(), row))
                    .collect();
                keyed.sort_by(|(a, _), (b, _)| {
                    let mut orders = by
                        .iter()
                        .zip(a.iter().zip(b))
                        .map(|(s, (a, b))| s.order(a, b));
                    orders
                        .find(|order| order.is_ne())
                        .unwrap_or(Ordering::Equal)
                });
                rows = keyed.into_iter().map(|(_, row)| row).collect();
            }
            Stage::Take(count) => rows.truncate(*count),
            Stage::Count => rows = vec![vec![json!(rows.len())]],
            Stage::Distinct => {
                let mut seen = HashSet::new();
                rows.retain(|row| seen.insert(json!(row).to_string()));
            }
            Stage::Summarize(groups) => {
                // Without groups there is one row, even over none.
                let mut found: Vec<(Row, u64)> = Vec::new();
                if groups.is_empty() {
                    found.push((Vec::new(), 0));
                }
                let mut places: HashMap<String, usize> = HashMap::new();
                for row in &rows {
                    let group: Row = groups.iter().map(|expr| expr.value(row)).collect();
                    let place = if groups.is_empty() {
                        0
                    } else {
                        *places.entry(json!(group).to_string()).or_insert_with(|| {
                            found.push((group, 0));
                            found.len() - 1
                        })
                    };
                    found[place].1 += 1;
                }
                rows = found
                    .into_iter()
                    .map(|(mut row, count)| {
                        row.push(json!(count));
                        row
                    })
                    .collect();
            }
        }
        Ok(rows)
    }
}

fn put(row: &mut Row, column: usize, value: Value) {
    match row.get_mut(column) {
        Some(there) => *there = value,
        None => row.push(value),
    }
}

/// What `mv-expand` makes of a value: the items of an array, the members of an object one by one,
/// and one null of nothing.
fn items(value: Value) -> Vec<Value> {
    let items = match value {
        Value::Array(items) => items,
        Value::Object(map) => map
            .into_iter()
            .map(|(name, value)| Value::Object(object([(name, value)])))
            .collect(),
        other => vec![other],
    };
    if items.is_empty() {
        vec![Value::Null]
    } else {
        items
    }
}

impl Sorting {
    fn order(&self, a: &Value, b: &Value) -> Ordering {
        let nulls = |a_is_null: bool| match a_is_null == self.nulls_first {
            true => Ordering::Less,
            false => Ordering::Greater,
        };
        let order = match (a, b) {
            (Value::Null, Value::Null) => return Ordering::Equal,
            (Value::Null, _) => return nulls(true),
            (_, Value::Null) => return nulls(false),
            (Value::Number(_), Value::Number(_)) => numbers(a, b).unwrap_or(Ordering::Equal),
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            _ => plain(a).cmp(&plain(b)),
        };
        if self.ascending {
            order
        } else {
            order.reverse()
        }
    }
}

fn numbers(a: &Value, b: &Value) -> Option<Ordering> {
    match (a.as_i64(), b.as_i64()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

impl Expr {
    pub(super) fn holds(&self, row: &Row) -> bool {
        self.value(row) == Value::Bool(true)
    }

    fn value(&self, row: &Row) -> Value {
        match self {
            Expr::Constant(value) => value.clone(),
            Expr::Path { .. } => self.look(row).cloned().unwrap_or(Value::Null),
            Expr::Call(function, argument) => function.value(argument, row),
            Expr::Compare {
                op,
                negated,
                left,
                right,
            } => {
                let (a, b) = (left.value(row), right.value(row));
                Value::Bool(op.holds(&a, &b) != *negated)
            }
            Expr::In {
                item,
                list,
                folded,
                negated,
            } => {
                let text = plain(&item.value(row));
                let text = if *folded { fold(&text) } else { text };
                Value::Bool(list.contains(&text) != *negated)
            }
            Expr::Matches(text, regex) => Value::Bool(regex.is_match(&plain(&text.value(row)))),
            Expr::And(parts) => Value::Bool(parts.iter().all(|part| part.holds(row))),
            Expr::Or(parts) => Value::Bool(parts.iter().any(|part| part.holds(row))),
        }
    }

    /// The value of a path, without taking a copy.
    fn look<'a>(&'a self, row: &'a Row) -> Option<&'a Value> {
        match self {
            Expr::Path { column, keys } => {
                let first = row.get(*column)?;
                keys.iter().try_fold(first, |value, key| match key {
                    Key::Name(name) => value.get(name),
                    Key::Index(index) => {
                        let array = value.as_array()?;
                        let back = usize::try_from(index.unsigned_abs()).ok()?;
                        let at = if *index < 0 {
                            array.len().checked_sub(back)?
                        } else {
                            back
                        };
                        array.get(at)
                    }
                })
            }
            Expr::Constant(value) => Some(value),
            _ => None,
        }
    }
}

impl Function {
    fn value(self, argument: &Expr, row: &Row) -> Value {
        let copy;
        let value = match argument.look(row) {
            Some(value) => value,
            None => {
                copy = argument.value(row);
                &copy
            }
        };
        let is_empty = || match value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            _ => false,
        };
        match self {
            Function::Text => json!(plain(value)),
            Function::Lower => json!(plain(value).to_lowercase()),
            Function::Upper => json!(plain(value).to_uppercase()),
            Function::IsEmpty => json!(is_empty()),
            Function::IsNotEmpty => json!(!is_empty()),
            Function::IsNull => json!(value.is_null()),
            Function::IsNotNull => json!(!value.is_null()),
            Function::Not => json!(*value != Value::Bool(true)),
            Function::BagKeys => match value {
                Value::Object(map) => json!(map.keys().collect::<Vec<_>>()),
                _ => Value::Null,
            },
            Function::ArrayLength => match value {
                Value::Array(items) => json!(items.len()),
                _ => Value::Null,
            },
        }
    }
}

impl Op {
    fn holds(self, a: &Value, b: &Value) -> bool {
        let ordered = |wanted: &[Ordering]| numbers(a, b).is_some_and(|o| wanted.contains(&o));
        match self {
            Op::Equal => match (a, b) {
                (Value::Null, _) | (_, Value::Null) => false,
                (Value::Number(_), Value::Number(_)) => ordered(&[Ordering::Equal]),
                _ => a == b,
            },
            Op::Less => ordered(&[Ordering::Less]),
            Op::AtMost => ordered(&[Ordering::Less, Ordering::Equal]),
            Op::More => ordered(&[Ordering::Greater]),
            Op::AtLeast => ordered(&[Ordering::Greater, Ordering::Equal]),
            Op::Like => fold(&plain(a)) == fold(&plain(b)),
            Op::Contains => fold(&plain(a)).contains(&fold(&plain(b))),
            Op::StartsWith => fold(&plain(a)).starts_with(&fold(&plain(b))),
            Op::EndsWith => fold(&plain(a)).ends_with(&fold(&plain(b))),
            Op::Has => has_term(&fold(&plain(a)), &fold(&plain(b))),
        }
    }
}

/// `term` is in `text`, with no letter or digit right before it or behind it.
fn has_term(text: &str, term: &str) -> bool {
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(term).any(|(at, found)| {
        let edge = |c: Option<char>| word(c);
        let before = edge(text[..at].chars().next_back()) && edge(term.chars().next());
        let behind =
            edge(text[at + found.len()..].chars().next()) && edge(term.chars().next_back());
        !before && !behind
    })
}
