//! A query that is understood.

use super::eval;
use super::types::{Column, QueryError, Row, Table};

/// A query that is understood.
#[derive(Debug)]
pub(crate) struct Query {
    /// In lower case.
    pub(super) table: String,
    pub(super) stages: Vec<eval::Stage>,
    pub(super) columns: Vec<Column>,
}

impl Query {
    /// The name of the table, in lower case.
    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    /// Runs it over the rows of its table, which are made as they are needed: of those that it
    /// leaves out none stays in memory.
    pub(crate) fn run(&self, rows: impl Iterator<Item = Row>) -> Result<Table, QueryError> {
        Ok(Table {
            columns: self.columns.clone(),
            rows: eval::run(&self.stages, rows)?,
            limited: self.stages.iter().any(eval::Stage::limits),
        })
    }
}
