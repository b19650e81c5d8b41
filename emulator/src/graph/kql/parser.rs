//! From tokens to stages, with every column resolved and every type known.

use std::collections::HashSet;

use regex_lite::Regex;
use serde_json::{Value, json};

use super::eval::{Expr, Function, Key, Op, Sorting, Stage, fold, plain};
use super::lexer::{Tok, Token, tokens};
use super::query::Query;
use super::types::{Column, ColumnType, DEFAULT_TABLE, QueryError};

/// How deep expressions nest.
const DEPTH: usize = 50;
/// How many operators a query has.
const STAGES: usize = 100;
/// How many of them expand rows, as in Azure.
const EXPANSIONS: usize = 3;
/// How many tables `union` adds, as in Azure.
const UNIONS: usize = 3;
/// How many rows `mv-expand` makes of one when nothing else is said, and at most.
const EXPANDED: usize = 128;
const MAX_EXPANDED: usize = 2_000;

type Parsed<T> = Result<T, QueryError>;

/// An expression, its type, the name of a column that has it, and its first token.
struct Typed {
    expr: Expr,
    kind: ColumnType,
    name: Option<String>,
    at: Token,
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    expansions: usize,
    columns: Vec<Column>,
}

/// Reads a query; `schema` has the columns of a table, whose name comes in lower case.
pub(crate) fn parse(
    text: &str,
    schema: impl Fn(&str) -> Option<Vec<Column>>,
) -> Result<Query, QueryError> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
        expansions: 0,
        columns: Vec::new(),
    };
    let first = parser.peek().clone();
    // A query may begin with its first operator.
    let implied = is_operator(&first.raw);
    let table = if implied {
        DEFAULT_TABLE.to_owned()
    } else {
        parser.name("a table")?.raw.to_lowercase()
    };
    parser.columns = match schema(&table) {
        Some(columns) => columns,
        None if [
            "let",
            "union",
            "print",
            "datatable",
            "range",
            "declare",
            "set",
        ]
        .contains(&first.raw.as_str()) =>
        {
            return Err(first.not_served("the statement"));
        }
        None => {
            return Err(first.error(
                "DisallowedLogicalTableName",
                format!("Table {} is invalid, unsupported or disallowed.", first.raw),
            ));
        }
    };
    let mut stages = Vec::new();
    if implied {
        parser.stage(&mut stages)?;
    }
    let legs = match stages.is_empty() {
        true => parser.legs(&schema)?,
        false => Vec::new(),
    };
    while parser.peek().tok != Tok::End {
        parser.symbol("|")?;
        if stages.len() >= STAGES {
            let message = format!("A query has at most {STAGES} operators.");
            return Err(parser.peek().fails(message));
        }
        parser.stage(&mut stages)?;
    }
    Ok(Query {
        table,
        legs,
        stages,
        columns: parser.columns,
    })
}

fn is_operator(word: &str) -> bool {
    matches!(
        word,
        "where"
            | "filter"
            | "project"
            | "extend"
            | "mv-expand"
            | "mvexpand"
            | "order"
            | "sort"
            | "take"
            | "limit"
            | "count"
            | "distinct"
            | "summarize"
    )
}

impl Parser {
    fn peek(&self) -> &Token {
        // The last token is the end, and nothing goes beyond it.
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn unexpected(&self, expected: &str) -> QueryError {
        let found = self.peek();
        found.fails(format!("'{}' where {expected} is expected.", found.raw))
    }

    /// Takes the symbol if it is next.
    fn has(&mut self, symbol: &str) -> bool {
        let has = self.peek().is_symbol(symbol);
        self.at += usize::from(has);
        has
    }

    /// Takes the word if it is next.
    fn has_word(&mut self, word: &str) -> bool {
        let has = self.peek().is_word(word);
        self.at += usize::from(has);
        has
    }

    fn symbol(&mut self, symbol: &str) -> Parsed<()> {
        if self.has(symbol) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("'{symbol}'")))
        }
    }

    fn word(&mut self, word: &str) -> Parsed<()> {
        if self.has_word(word) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("'{word}'")))
        }
    }

    fn name(&mut self, what: &str) -> Parsed<Token> {
        if self.peek().tok == Tok::Name {
            Ok(self.next())
        } else {
            Err(self.unexpected(what))
        }
    }

    /// A whole number that is not negative.
    fn count(&mut self) -> Parsed<usize> {
        let number = match &self.peek().tok {
            Tok::Number(number) => number.as_u64(),
            _ => None,
        };
        let Some(number) = number.and_then(|number| usize::try_from(number).ok()) else {
            return Err(self.unexpected("a whole number"));
        };
        self.at += 1;
        Ok(number)
    }

    /// The tables of `union`, right behind the first: `| union (table | where …)`. All tables have the
    /// same columns.
    fn legs(
        &mut self,
        schema: &impl Fn(&str) -> Option<Vec<Column>>,
    ) -> Parsed<Vec<(String, Vec<Expr>)>> {
        let mut legs = Vec::new();
        while self.peek().is_symbol("|")
            && self
                .tokens
                .get(self.at + 1)
                .is_some_and(|t| t.is_word("union"))
        {
            self.at += 2;
            if legs.len() == UNIONS {
                let message = format!("A query has at most {UNIONS} union legs.");
                return Err(self.peek().fails(message));
            }
            self.symbol("(")?;
            let name = self.name("a table")?;
            let table = name.raw.to_lowercase();
            if schema(&table).as_ref() != Some(&self.columns) {
                return Err(name.error(
                    "DisallowedLogicalTableName",
                    format!("Table {} is invalid, unsupported or disallowed.", name.raw),
                ));
            }
            let mut conditions = Vec::new();
            while self.has("|") {
                let operator = self.name("an operator")?;
                match operator.raw.as_str() {
                    "where" => conditions.push(self.condition()?),
                    _ => return Err(operator.not_served("in a union, the operator")),
                }
            }
            self.symbol(")")?;
            legs.push((table, conditions));
        }
        Ok(legs)
    }

    /// One operator with what belongs to it.
    fn stage(&mut self, stages: &mut Vec<Stage>) -> Parsed<()> {
        let operator = self.name("an operator")?;
        let stage = match operator.raw.as_str() {
            "where" | "filter" => Stage::Where(self.condition()?),
            "project" => {
                let columns = self.named_columns()?;
                self.project(columns)?
            }
            "extend" => self.extend()?,
            "mv-expand" | "mvexpand" => self.expand(&operator)?,
            "order" | "sort" => {
                self.word("by")?;
                self.sort()?
            }
            "take" | "limit" => Stage::Take(self.count()?),
            "count" => {
                self.columns = vec![Column {
                    name: "Count".to_owned(),
                    kind: ColumnType::Number,
                }];
                Stage::Count
            }
            "distinct" => {
                if !self.has("*") {
                    let columns = self.named_columns()?;
                    for (_, typed) in &columns {
                        groupable(typed)?;
                    }
                    let project = self.project(columns)?;
                    stages.push(project);
                } else if let Some(column) =
                    self.columns.iter().find(|c| c.kind == ColumnType::Dynamic)
                {
                    return Err(operator.fails(format!(
                        "Column '{}' is of a 'dynamic' type. Please use an explicit cast as grouping by a 'dynamic' type is not supported.",
                        column.name
                    )));
                }
                Stage::Distinct
            }
            "summarize" => self.summarize()?,
            _ => return Err(operator.not_served("the operator")),
        };
        stages.push(stage);
        Ok(())
    }

    /// An expression that is true or false.
    fn condition(&mut self) -> Parsed<Expr> {
        let typed = self.expression()?;
        if typed.kind != ColumnType::Bool {
            // More likely a mistake in what follows.
            if self.peek().tok != Tok::End && !self.peek().is_symbol("|") {
                return Err(self.unexpected("a comparison"));
            }
            return Err(typed.at.fails(format!(
                "A condition is of type bool, and not {}.",
                typed.kind.name()
            )));
        }
        Ok(typed.expr)
    }

    /// `name = expression`, or an expression that has a name.
    fn named(&mut self) -> Parsed<(Option<String>, Typed)> {
        let alias = match self.tokens.get(self.at + 1) {
            Some(next) if next.is_symbol("=") => {
                let name = self.name("a column")?.raw;
                self.at += 1;
                Some(name)
            }
            _ => None,
        };
        let typed = self.expression()?;
        Ok((alias.or_else(|| typed.name.clone()), typed))
    }

    fn named_columns(&mut self) -> Parsed<Vec<(String, Typed)>> {
        let mut columns: Vec<(String, Typed)> = Vec::new();
        let mut names = HashSet::new();
        let mut nameless = 0;
        loop {
            let (name, typed) = self.named()?;
            let name = name.unwrap_or_else(|| {
                nameless += 1;
                format!("Column{nameless}")
            });
            if !names.insert(name.clone()) {
                return Err(typed
                    .at
                    .fails(format!("A column with the name '{name}' is there already.")));
            }
            columns.push((name, typed));
            if !self.has(",") {
                return Ok(columns);
            }
        }
    }

    fn project(&mut self, columns: Vec<(String, Typed)>) -> Parsed<Stage> {
        let mut exprs = Vec::new();
        self.columns.clear();
        for (name, typed) in columns {
            self.columns.push(Column {
                name,
                kind: typed.kind,
            });
            exprs.push(typed.expr);
        }
        Ok(Stage::Project(exprs))
    }

    /// Where the column of that name is, or will be.
    fn set_column(&mut self, name: String, kind: ColumnType) -> usize {
        match self.columns.iter().position(|column| column.name == name) {
            Some(at) => {
                self.columns[at].kind = kind;
                at
            }
            None => {
                self.columns.push(Column { name, kind });
                self.columns.len() - 1
            }
        }
    }

    fn extend(&mut self) -> Parsed<Stage> {
        let columns = self.named_columns()?;
        let set = columns
            .into_iter()
            .map(|(name, typed)| (self.set_column(name, typed.kind), typed.expr))
            .collect();
        Ok(Stage::Extend(set))
    }

    fn expand(&mut self, operator: &Token) -> Parsed<Stage> {
        self.expansions += 1;
        if self.expansions > EXPANSIONS {
            let message = format!("A query has at most {EXPANSIONS} mv-expand operators.");
            return Err(operator.fails(message));
        }
        let (name, typed) = self.named()?;
        if typed.kind != ColumnType::Dynamic {
            return Err(typed.at.fails(format!(
                "mv-expand takes a dynamic value, and not one of type {}.",
                typed.kind.name()
            )));
        }
        let Some(name) = name else {
            return Err(typed.at.fails("This expression needs a name: 'name = …'."));
        };
        let mut kind = ColumnType::Dynamic;
        if self.has_word("to") {
            self.word("typeof")?;
            self.symbol("(")?;
            kind = match self.name("a type")? {
                token if token.raw == "string" => ColumnType::Text,
                token if token.raw == "dynamic" => ColumnType::Dynamic,
                token => return Err(token.not_served("the type")),
            };
            self.symbol(")")?;
        }
        let mut limit = EXPANDED;
        if self.has_word("limit") {
            limit = self.count()?.min(MAX_EXPANDED);
        }
        if self.peek().is_symbol(",") {
            return Err(self
                .peek()
                .not_served("several columns of mv-expand, behind"));
        }
        Ok(Stage::Expand {
            column: self.set_column(name, kind),
            expr: typed.expr,
            text: kind == ColumnType::Text,
            limit,
        })
    }

    fn sort(&mut self) -> Parsed<Stage> {
        let mut by = Vec::new();
        loop {
            let typed = self.expression()?;
            if typed.kind == ColumnType::Dynamic {
                return Err(typed.at.fails(
                    "order operator: key can't be of dynamic type. Please use an explicit cast.",
                ));
            }
            let ascending = self.has_word("asc");
            if !ascending {
                self.has_word("desc");
            }
            let mut nulls_first = ascending;
            if self.has_word("nulls") {
                nulls_first = self.has_word("first");
                if !nulls_first {
                    self.word("last")?;
                }
            }
            by.push(Sorting {
                expr: typed.expr,
                ascending,
                nulls_first,
            });
            if !self.has(",") {
                return Ok(Stage::Sort(by));
            }
        }
    }

    /// `count()`, with a name or without, and what it is counted by.
    fn summarize(&mut self) -> Parsed<Stage> {
        let mut name = "count_".to_owned();
        if self
            .tokens
            .get(self.at + 1)
            .is_some_and(|t| t.is_symbol("="))
        {
            name = self.name("a column")?.raw;
            self.at += 1;
        }
        let function = self.name("count()")?;
        if function.raw != "count" {
            return Err(function.not_served("the aggregate"));
        }
        self.symbol("(")?;
        self.symbol(")")?;
        if self.peek().is_symbol(",") {
            return Err(self.peek().not_served("several aggregates, behind"));
        }
        let mut groups = Vec::new();
        if self.has_word("by") {
            groups = self.named_columns()?;
        }
        for (group, typed) in &groups {
            groupable(typed)?;
            if *group == name {
                return Err(typed
                    .at
                    .fails(format!("A column with the name '{name}' is there already.")));
            }
        }
        let Stage::Project(exprs) = self.project(groups)? else {
            return Err(function.fails("count() cannot be worked out."));
        };
        self.columns.push(Column {
            name,
            kind: ColumnType::Number,
        });
        Ok(Stage::Summarize(exprs))
    }

    fn expression(&mut self) -> Parsed<Typed> {
        if self.depth >= DEPTH {
            return Err(self.peek().fails("The expression is nested too deep."));
        }
        self.depth += 1;
        let typed = self.either();
        self.depth -= 1;
        typed
    }

    fn either(&mut self) -> Parsed<Typed> {
        self.joined("or", Expr::Or, |parser| {
            parser.joined("and", Expr::And, Parser::comparison)
        })
    }

    /// Conditions with a word between them, or just one expression.
    fn joined(
        &mut self,
        word: &str,
        join: fn(Vec<Expr>) -> Expr,
        mut part: impl FnMut(&mut Parser) -> Parsed<Typed>,
    ) -> Parsed<Typed> {
        let first = part(self)?;
        if !self.peek().is_word(word) {
            return Ok(first);
        }
        let at = first.at.clone();
        let mut parts = vec![bool_of(first, word)?];
        while self.has_word(word) {
            let next = part(self)?;
            parts.push(bool_of(next, word)?);
        }
        Ok(Typed {
            expr: join(parts),
            kind: ColumnType::Bool,
            name: None,
            at,
        })
    }

    fn comparison(&mut self) -> Parsed<Typed> {
        let left = self.primary()?;
        let token = self.peek().clone();
        let comparable = matches!(token.tok, Tok::Symbol | Tok::Name);
        if !comparable {
            return Ok(left);
        }
        if let Some((folded, negated)) = match token.raw.as_str() {
            "in" => Some((false, false)),
            "in~" => Some((true, false)),
            "!in" => Some((false, true)),
            "!in~" => Some((true, true)),
            _ => None,
        } {
            self.at += 1;
            return self.membership(left, folded, negated);
        }
        if token.is_word("matches") {
            self.at += 1;
            self.word("regex")?;
            return self.matches(left);
        }
        let (op, negated) = match token.raw.as_str() {
            "==" => (Op::Equal, false),
            "!=" => (Op::Equal, true),
            "=~" => (Op::Like, false),
            "!~" => (Op::Like, true),
            "<" => (Op::Less, false),
            "<=" => (Op::AtMost, false),
            ">" => (Op::More, false),
            ">=" => (Op::AtLeast, false),
            "has" => (Op::Has, false),
            "!has" => (Op::Has, true),
            "contains" => (Op::Contains, false),
            "!contains" => (Op::Contains, true),
            "startswith" => (Op::StartsWith, false),
            "!startswith" => (Op::StartsWith, true),
            "endswith" => (Op::EndsWith, false),
            "!endswith" => (Op::EndsWith, true),
            "between" | "!between" | "has_any" | "has_all" | "has_cs" | "hasprefix"
            | "hassuffix" | "contains_cs" | "startswith_cs" | "endswith_cs" => {
                return Err(token.not_served("the operator"));
            }
            _ => return Ok(left),
        };
        self.at += 1;
        let right = self.primary()?;
        let (a, b) = (left.kind, right.kind);
        let dynamic = a == ColumnType::Dynamic || b == ColumnType::Dynamic;
        let fits = match op {
            Op::Equal => dynamic || a == b,
            Op::Less | Op::AtMost | Op::More | Op::AtLeast => [a, b]
                .iter()
                .all(|k| [ColumnType::Number, ColumnType::Dynamic].contains(k)),
            _ => [a, b]
                .iter()
                .all(|k| [ColumnType::Text, ColumnType::Dynamic].contains(k)),
        };
        if !fits {
            return Err(token.fails(format!(
                "Cannot compare values of types {} and {} with '{}'. Try adding explicit casts.",
                a.name(),
                b.name(),
                token.raw
            )));
        }
        Ok(Typed {
            expr: Expr::Compare {
                op,
                negated,
                left: Box::new(left.expr),
                right: Box::new(right.expr),
            },
            kind: ColumnType::Bool,
            name: None,
            at: left.at,
        })
    }

    /// `in (…)`, over literals.
    fn membership(&mut self, item: Typed, folded: bool, negated: bool) -> Parsed<Typed> {
        self.symbol("(")?;
        let mut list = HashSet::new();
        loop {
            let value = match &self.peek().tok {
                Tok::Text(text) => json!(text),
                Tok::Number(number) => number.clone(),
                _ => return Err(self.unexpected("a string or a number")),
            };
            self.at += 1;
            let text = plain(&value);
            list.insert(if folded { fold(&text) } else { text });
            if !self.has(",") {
                break;
            }
        }
        self.symbol(")")?;
        Ok(Typed {
            expr: Expr::In {
                item: Box::new(item.expr),
                list,
                folded,
                negated,
            },
            kind: ColumnType::Bool,
            name: None,
            at: item.at,
        })
    }

    /// `matches regex`, over a literal: anywhere in the text, and with regard to casing, unless the
    /// expression says otherwise.
    fn matches(&mut self, item: Typed) -> Parsed<Typed> {
        let token = self.peek().clone();
        let Tok::Text(pattern) = &token.tok else {
            return Err(self.unexpected("a string"));
        };
        self.at += 1;
        if ![ColumnType::Text, ColumnType::Dynamic].contains(&item.kind) {
            return Err(item.at.fails(format!(
                "'matches regex' does not take a value of type {}.",
                item.kind.name()
            )));
        }
        let regex = Regex::new(pattern)
            .map_err(|error| token.fails(format!("Invalid regular expression: {error}")))?;
        Ok(Typed {
            expr: Expr::Matches(Box::new(item.expr), regex),
            kind: ColumnType::Bool,
            name: None,
            at: item.at,
        })
    }

    fn primary(&mut self) -> Parsed<Typed> {
        let at = self.peek().clone();
        let constant = |value: Value, kind| {
            Ok(Typed {
                expr: Expr::Constant(value),
                kind,
                name: None,
                at: at.clone(),
            })
        };
        match &at.tok {
            Tok::Text(text) => {
                self.at += 1;
                constant(json!(text), ColumnType::Text)
            }
            Tok::Number(number) => {
                self.at += 1;
                constant(number.clone(), ColumnType::Number)
            }
            Tok::Name if at.raw == "true" || at.raw == "false" => {
                self.at += 1;
                constant(json!(at.raw == "true"), ColumnType::Bool)
            }
            Tok::Name => {
                self.at += 1;
                if self.has("(") {
                    return self.call(at);
                }
                let column = at.raw.clone();
                self.path(at, &column)
            }
            Tok::Symbol if at.raw == "(" => {
                self.at += 1;
                let inside = self.expression()?;
                self.symbol(")")?;
                Ok(inside)
            }
            Tok::Symbol if at.raw == "[" => {
                self.at += 1;
                let Tok::Text(column) = self.next().tok else {
                    self.at -= 1;
                    return Err(self.unexpected("a quoted name"));
                };
                self.symbol("]")?;
                self.path(at, &column)
            }
            _ => Err(self.unexpected("an expression")),
        }
    }

    /// A column, and what is in it: `.name`, `['name']`, `[0]`.
    fn path(&mut self, at: Token, column: &str) -> Parsed<Typed> {
        let Some(index) = self.columns.iter().position(|c| c.name == column) else {
            return Err(at.fails(format!(
                "Failed to resolve table or column or scalar expression named '{column}'."
            )));
        };
        let mut name = column.to_owned();
        let mut keys = Vec::new();
        loop {
            if self.has(".") {
                let key = self.name("a name")?.raw;
                name = format!("{name}_{key}");
                keys.push(Key::Name(key));
            } else if self.has("[") {
                let negative = self.has("-");
                let token = self.next();
                let key = match token.tok {
                    Tok::Text(text) if !negative => Some(Key::Name(text)),
                    Tok::Number(number) => number
                        .as_i64()
                        .map(|n| Key::Index(if negative { -n } else { n })),
                    _ => None,
                };
                let Some(key) = key else {
                    self.at -= 1;
                    return Err(self.unexpected("a quoted name or an index"));
                };
                name = match &key {
                    Key::Name(key) => format!("{name}_{key}"),
                    Key::Index(index) => format!("{name}_{index}"),
                };
                keys.push(key);
                self.symbol("]")?;
            } else {
                break;
            }
        }
        let mut kind = self.columns[index].kind;
        if !keys.is_empty() {
            if kind != ColumnType::Dynamic {
                return Err(at.fails(format!(
                    "The column '{column}' is of type {} and has nothing in it to name.",
                    kind.name()
                )));
            }
            kind = ColumnType::Dynamic;
        }
        Ok(Typed {
            expr: Expr::Path {
                column: index,
                keys,
            },
            kind,
            name: Some(name),
            at,
        })
    }

    /// A function of one argument, behind its parenthesis.
    fn call(&mut self, at: Token) -> Parsed<Typed> {
        use ColumnType::{Bool, Dynamic, Number, Text};
        let (function, takes, gives): (_, &[ColumnType], _) = match at.raw.as_str() {
            "tostring" => (Function::Text, &[Text, Number, Bool, Dynamic], Text),
            "tolower" => (Function::Lower, &[Text, Dynamic], Text),
            "toupper" => (Function::Upper, &[Text, Dynamic], Text),
            "isempty" => (Function::IsEmpty, &[Text, Number, Bool, Dynamic], Bool),
            "isnotempty" | "notempty" => {
                (Function::IsNotEmpty, &[Text, Number, Bool, Dynamic], Bool)
            }
            "isnull" => (Function::IsNull, &[Text, Number, Bool, Dynamic], Bool),
            "isnotnull" | "notnull" => (Function::IsNotNull, &[Text, Number, Bool, Dynamic], Bool),
            "not" => (Function::Not, &[Bool], Bool),
            "bag_keys" => (Function::BagKeys, &[Dynamic], Dynamic),
            "array_length" => (Function::ArrayLength, &[Dynamic], Number),
            _ => return Err(at.not_served("the function")),
        };
        if self.has(")") {
            return Err(at.fails(format!("{}() takes one argument.", at.raw)));
        }
        let argument = self.expression()?;
        if self.peek().is_symbol(",") {
            return Err(at.fails(format!("{}() takes one argument.", at.raw)));
        }
        self.symbol(")")?;
        if !takes.contains(&argument.kind) {
            return Err(at.fails(format!(
                "{}() does not take a value of type {}.",
                at.raw,
                argument.kind.name()
            )));
        }
        Ok(Typed {
            name: argument.name.filter(|_| at.raw == "tostring"),
            expr: Expr::Call(function, Box::new(argument.expr)),
            kind: gives,
            at,
        })
    }
}

/// Rows are not told apart by dynamic values.
fn groupable(typed: &Typed) -> Parsed<()> {
    if typed.kind != ColumnType::Dynamic {
        return Ok(());
    }
    Err(typed.at.fails(format!(
        "Summarize group key '{}' is of a 'dynamic' type. Please use an explicit cast as grouping by a 'dynamic' type is not supported.",
        typed.name.as_deref().unwrap_or_default()
    )))
}

fn bool_of(typed: Typed, word: &str) -> Parsed<Expr> {
    if typed.kind == ColumnType::Bool {
        return Ok(typed.expr);
    }
    Err(typed.at.fails(format!(
        "'{word}' is between conditions of type bool, and not {}.",
        typed.kind.name()
    )))
}
