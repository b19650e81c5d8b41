//! A query that is understood.

use super::eval;
use super::types::{Column, QueryError, Row, Table};

/// A query that is understood.
#[derive(Debug)]
pub(crate) struct Query {
    /// In lower case.
    pub(super) table: String,
    /// What `union` adds: a table, in lower case, and conditions on its rows.
    pub(super) legs: Vec<(String, Vec<eval::Expr>)>,
    pub(super) stages: Vec<eval::Stage>,
    pub(super) columns: Vec<Column>,
}

impl Query {
    /// Runs it over the rows of its tables, which are made as they are needed: of those that it
    /// leaves out none stays in memory.
    pub(crate) fn run<R: Iterator<Item = Row>>(
        &self,
        rows: impl Fn(&str) -> R,
    ) -> Result<Table, QueryError> {
        let added = self.legs.iter().flat_map(|(table, conditions)| {
            let holds = |row: &Row| conditions.iter().all(|condition| condition.holds(row));
            rows(table).filter(move |row| holds(row))
        });
        Ok(Table {
            columns: self.columns.clone(),
            rows: eval::run(&self.stages, rows(&self.table).chain(added))?,
            limited: self.stages.iter().any(eval::Stage::limits),
        })
    }
}
