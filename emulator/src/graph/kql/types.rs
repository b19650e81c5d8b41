//! What queries are about: tables and their columns; and why one is refused.

use serde_json::Value;

/// The type of a column or an expression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ColumnType {
    Text,
    Number,
    Bool,
    /// JSON of whatever shape.
    Dynamic,
}

impl ColumnType {
    /// As errors name it.
    pub(super) fn name(self) -> &'static str {
        match self {
            ColumnType::Text => "string",
            ColumnType::Number => "long",
            ColumnType::Bool => "bool",
            ColumnType::Dynamic => "dynamic",
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: ColumnType,
}

/// One value for each column.
pub(crate) type Row = Vec<Value>;

/// What a query finds.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    /// The query itself says how many rows there are to be.
    pub(crate) limited: bool,
}

/// The table of a query that names none.
pub(crate) const DEFAULT_TABLE: &str = "resources";

/// Why a query is refused.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QueryError {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// From 1.
    pub(crate) line: usize,
    /// From 1.
    pub(crate) character: usize,
    /// What it stumbled over.
    pub(crate) token: String,
}
