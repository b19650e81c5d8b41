//! A small part of the Kusto query language, as Resource Graph has it: one table and a pipeline of
//! `where`, `project`, `extend`, `mv-expand`, `order by`, `take`, `count`, `distinct` and
//! `summarize count() by`, and `union` with other tables. Everything else is refused with an error that names it.
//!
//! [`lexer`] makes tokens, [`parser`] makes stages of them and resolves columns and types while it
//! does, [`eval`] runs them.

mod eval;
mod lexer;
mod parser;
mod query;
mod types;

pub(crate) use parser::parse;
pub(crate) use types::{Column, ColumnType, QueryError, Row, Table};

#[cfg(test)]
mod tests {
    use super::types::DEFAULT_TABLE;
    use super::*;
    use serde_json::{Value, json};

    fn schema(table: &str) -> Option<Vec<Column>> {
        let column = |name: &str, kind| Column {
            name: name.to_owned(),
            kind,
        };
        ["things", DEFAULT_TABLE].contains(&table).then(|| {
            vec![
                column("id", ColumnType::Text),
                column("type", ColumnType::Text),
                column("size", ColumnType::Number),
                column("bag", ColumnType::Dynamic),
            ]
        })
    }

    fn rows() -> Vec<Row> {
        [
            json!(["/a", "Big", 3, {"users": {"/U/1": {}, "/u/2": {"x": null}}, "list": [1, "b"], "on": true}]),
            json!(["/b", "big", 1, {"users": {"/u/1": {}}, "a b": {"c": "it's"}}]),
            json!(["/c", "small-one", 2, null]),
            json!(["/d", "", 2, {"users": {}}]),
        ]
        .into_iter()
        .map(|row| row.as_array().cloned().unwrap())
        .collect()
    }

    fn run(query: &str) -> Result<Table, QueryError> {
        parse(query, schema)?.run(|_| rows().into_iter())
    }

    /// The rows that a query finds, and the names of their columns.
    #[track_caller]
    fn finds(query: &str, columns: &[&str], expected: Value) {
        let table = run(query).unwrap_or_else(|error| panic!("{query}: {error:?}"));
        let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, columns, "{query}");
        assert_eq!(json!(table.rows), expected, "{query}");
    }

    /// The ids of the rows that a condition holds for.
    #[track_caller]
    fn holds(condition: &str, ids: &[&str]) {
        let expected: Vec<[&str; 1]> = ids.iter().map(|id| [*id]).collect();
        finds(
            &format!("things | where {condition} | project id"),
            &["id"],
            json!(expected),
        );
    }

    #[track_caller]
    fn refused(query: &str, code: &str, token: &str) -> QueryError {
        let error = run(query).map(|table| table.rows).unwrap_err();
        assert_eq!(
            (error.code, error.token.as_str()),
            (code, token),
            "{query}: {error:?}"
        );
        error
    }

    #[test]
    fn conditions_on_text() {
        holds("type == 'big'", &["/b"]);
        holds("type == \"big\"", &["/b"]);
        holds("type =~ 'BIG'", &["/a", "/b"]);
        holds("type != 'big'", &["/a", "/c", "/d"]);
        holds("type !~ 'BIG'", &["/c", "/d"]);
        holds("type in ('big', 'x')", &["/b"]);
        holds("type in~ ('BIG', 'x')", &["/a", "/b"]);
        holds("type !in~ ('BIG')", &["/c", "/d"]);
        holds("type !in ('big')", &["/a", "/c", "/d"]);
        holds("type contains 'LL-'", &["/c"]);
        holds("type !contains 'i'", &["/c", "/d"]);
        holds("type has 'ONE'", &["/c"]);
        holds("type has 'on'", &[]);
        holds("type !has 'one'", &["/a", "/b", "/d"]);
        holds("type startswith 'SM'", &["/c"]);
        holds("type !startswith 'b'", &["/c", "/d"]);
        holds("type endswith 'g'", &["/a", "/b"]);
        holds("type matches regex '^[bs].*[^e]$'", &["/b"]);
        holds(r"type matches regex '(?i)^BIG\\z'", &["/a", "/b"]);
        holds("bag matches regex '\"/U/1\"'", &["/a"]);
        holds("isempty(type)", &["/d"]);
        holds("tolower(type) == 'big' and toupper(id) == '/A'", &["/a"]);
        holds(
            "id == @'/a' or id == '\\x2fz' or id == '/\\u0062'",
            &["/a", "/b"],
        );
    }

    #[test]
    fn conditions_on_other_things() {
        holds("size > 1 and size <= 2", &["/c", "/d"]);
        holds("size == 3.0", &["/a"]);
        holds("size in (1, 3)", &["/a", "/b"]);
        holds("isnotempty(bag.users)", &["/a", "/b", "/d"]);
        holds("isnull(bag)", &["/c"]);
        holds("isnotnull(bag.list)", &["/a"]);
        holds("bag.on == true", &["/a"]);
        holds("bag['a b'].c == \"it's\"", &["/b"]);
        holds("bag.list[1] == 'b'", &["/a"]);
        holds("bag.list[-1] == 'b'", &["/a"]);
        holds("array_length(bag.list) == 2", &["/a"]);
        holds("tostring(bag.list[0]) == '1'", &["/a"]);
        holds("bag has '/u/2'", &["/a"]);
        holds("not(size == 2)", &["/a", "/b"]);
        holds("not(size == 2) and (id == '/a' or id == '/d')", &["/a"]);
        holds("size == 1 or size == 2 and id == '/c'", &["/b", "/c"]);
        holds("true", &["/a", "/b", "/c", "/d"]);
        holds("['type'] == 'big'", &["/b"]);
    }

    #[test]
    fn other_tables_are_added() {
        finds(
            "things | union (resources | where size > 1 | where id != '/a') | where type != 'big' | project id",
            &["id"],
            json!([["/a"], ["/c"], ["/d"], ["/c"], ["/d"]]),
        );
        refused(
            "things | union (nothing)",
            "DisallowedLogicalTableName",
            "nothing",
        );
        refused(
            "things | union (things | take 1)",
            "InvalidQueryLanguage",
            "take",
        );
        refused(
            "things | take 1 | union (things)",
            "InvalidQueryLanguage",
            "union",
        );
    }

    #[test]
    fn who_uses_an_identity() {
        finds(
            "Things | where isnotempty(bag.users) | mv-expand u=bag_keys(bag.users) | where tostring(u) =~ '/U/1' | project id, u | order by id desc",
            &["id", "u"],
            json!([["/b", "/u/1"], ["/a", "/U/1"]]),
        );
        finds(
            "things | mv-expand u = bag_keys(bag.users) to typeof(string) limit 1 | project id, u | order by u asc, id asc",
            &["id", "u"],
            json!([["/c", ""], ["/d", ""], ["/a", "/U/1"], ["/b", "/u/1"]]),
        );
        finds(
            "things | where id == '/a' | mvexpand bag.users | project bag_users",
            &["bag_users"],
            json!([[{"/U/1": {}}], [{"/u/2": {"x": null}}]]),
        );
    }

    #[test]
    fn columns_of_ones_own() {
        finds(
            "things // a comment\n| where id == '/b'\n| extend size = size, kind = tolower(type), c = bag['a b'].c\n| project kind, c, tostring(bag.users), other = size",
            &["kind", "c", "bag_users", "other"],
            json!([["big", "it's", "{\"/u/1\":{}}", 1]]),
        );
        finds(
            "things | take 1 | project bag.on",
            &["bag_on"],
            json!([[true]]),
        );
        finds("project id | limit 0", &["id"], json!([]));
        assert!(run("things | take 2").unwrap().limited);
        assert!(!run("things").unwrap().limited);
    }

    #[test]
    fn orders_counts_and_groups() {
        finds(
            "things | sort by size, id asc | project id",
            &["id"],
            json!([["/a"], ["/c"], ["/d"], ["/b"]]),
        );
        finds(
            "things | extend n = array_length(bag.list) | order by n asc nulls last, id | project id",
            &["id"],
            json!([["/a"], ["/d"], ["/c"], ["/b"]]),
        );
        finds("things | count", &["Count"], json!([[4]]));
        finds("things | where id == 'x' | count", &["Count"], json!([[0]]));
        finds(
            "things | summarize count() by size",
            &["size", "count_"],
            json!([[3, 1], [1, 1], [2, 2]]),
        );
        finds("things | summarize n = count()", &["n"], json!([[4]]));
        finds(
            "things | summarize n=count() by t = tolower(type) | where n > 1",
            &["t", "n"],
            json!([["big", 2]]),
        );
        finds("things | distinct size", &["size"], json!([[3], [1], [2]]));
        finds(
            "things | project size | distinct *",
            &["size"],
            json!([[3], [1], [2]]),
        );
    }

    #[test]
    fn errors_name_what_they_stumble_over() {
        refused("", "ParserFailure", "<EOF>");
        refused("things |", "ParserFailure", "<EOF>");
        refused("things where", "ParserFailure", "where");
        refused("things | where type =~ 'x", "ParserFailure", "'x");
        refused("things | where type = 'x'", "ParserFailure", "=");
        refused("things | where type == 'x' == 'y'", "ParserFailure", "==");
        refused("things | where (type == 'x'", "ParserFailure", "<EOF>");
        refused("things | take -1", "ParserFailure", "-");
        refused("things | take 1.5", "ParserFailure", "1.5");
        refused(
            "things | where size == 99999999999999999999",
            "ParserFailure",
            "99999999999999999999",
        );
        refused("things | project id, id", "ParserFailure", "id");
        refused("things | where nothing == 'x'", "ParserFailure", "nothing");
        refused(
            "things | project type | where id == 'x'",
            "ParserFailure",
            "id",
        );
        refused("things | where Type == 'x'", "ParserFailure", "Type");
        refused("things | where id.x == 'x'", "ParserFailure", "id");
        refused("things | where id", "ParserFailure", "id");
        refused("things | where size == 'x'", "ParserFailure", "==");
        refused("things | where size =~ 'x'", "ParserFailure", "=~");
        refused("things | where id in (type)", "ParserFailure", "type");
        refused("things | where not(id)", "ParserFailure", "not");
        refused(
            "things | where isempty(id, type)",
            "ParserFailure",
            "isempty",
        );
        refused("things | order by bag", "ParserFailure", "bag");
        refused("things | distinct bag", "ParserFailure", "bag");
        refused(
            "things | summarize count() by bag.users",
            "ParserFailure",
            "bag",
        );
        refused("things | where id == '$' $", "ParserFailure", "$");
        refused("nowhere | take 1", "DisallowedLogicalTableName", "nowhere");
        refused(
            "things | join (things) on id",
            "InvalidQueryLanguage",
            "join",
        );
        refused(
            "things | project-away id",
            "InvalidQueryLanguage",
            "project-away",
        );
        refused(
            "things | where strlen(id) > 3",
            "InvalidQueryLanguage",
            "strlen",
        );
        refused(
            "things | summarize max(size)",
            "InvalidQueryLanguage",
            "max",
        );
        refused(
            "things | where id has_any ('x')",
            "InvalidQueryLanguage",
            "has_any",
        );
        refused("things | where id matches 'x'", "ParserFailure", "'x'");
        refused(
            "things | where id matches regex '('",
            "ParserFailure",
            "'('",
        );
        refused(
            "things | where size matches regex 'x'",
            "ParserFailure",
            "size",
        );
        refused("let x = 1; things", "InvalidQueryLanguage", "let");
        let error = refused("things\n| where\n  oops == 1", "ParserFailure", "oops");
        assert_eq!((error.line, error.character), (3, 3));
    }

    #[test]
    fn depth_and_growth_have_bounds() {
        let nest = |open: &str, close: &str, n: usize| {
            format!("things | where {}true{}", open.repeat(n), close.repeat(n))
        };
        run(&nest("(", ")", 40)).unwrap();
        run(&nest("not(", ")", 40)).unwrap();
        for (open, close) in [("(", ")"), ("not(", ")"), ("(", "")] {
            let error = run(&nest(open, close, 50_000)).unwrap_err();
            assert_eq!(error.code, "ParserFailure");
        }
        // Long, not deep.
        run(&format!(
            "things | where {}true",
            "true and ".repeat(20_000)
        ))
        .unwrap();
        run(&format!("things | where {}true", "true or ".repeat(20_000))).unwrap();
        let path = format!("things | where isempty(bag{})", ".a".repeat(20_000));
        run(&path).unwrap();
        let stages = format!("things {}", "| take 1 ".repeat(500));
        assert_eq!(run(&stages).unwrap_err().code, "ParserFailure");
        let expand = format!("things {}", "| mv-expand bag.users ".repeat(4));
        assert_eq!(run(&expand).unwrap_err().token, "mv-expand");
    }

    /// Whatever comes, a query is run or refused.
    #[test]
    fn hostile_queries() {
        const PIECES: [&str; 60] = [
            "things",
            "|",
            "where",
            "project",
            "extend",
            "mv-expand",
            "order",
            "sort",
            "by",
            "take",
            "count",
            "distinct",
            "summarize",
            "count()",
            "id",
            "type",
            "size",
            "bag",
            ".",
            "[",
            "]",
            "(",
            ")",
            ",",
            "=",
            "==",
            "=~",
            "!=",
            "!~",
            "in",
            "in~",
            "!in",
            "has",
            "contains",
            "and",
            "or",
            "not(",
            "tostring(",
            "bag_keys(",
            "bag.users",
            "'a'",
            "\"b\"",
            "'",
            "\"",
            "\\",
            "1",
            "-1",
            "9e9",
            "1.5",
            "true",
            "*",
            "asc",
            "desc",
            "nulls first",
            "to typeof(",
            "//",
            "\n",
            "é",
            "\u{0}",
            "limit 3",
        ];
        const GOOD: [&str; 4] = [
            "things | where isnotempty(bag.users) | mv-expand u=bag_keys(bag.users) | where tostring(u) =~ 'x' | project id, u | order by id asc",
            "things | extend a = bag['a b'].c, b = tolower(type) | where b in~ ('x', 'y') or not(size >= 2.5) | take 3",
            "things | summarize n = count() by type, tostring(bag) | sort by n desc nulls last | count",
            "project id, type | distinct * | limit 10 // end",
        ];
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed % below as u64).unwrap()
        };
        let mut understood = 0;
        for _ in 0..20_000 {
            let mut query = ["", "things | ", "things | where "][next(3)].to_owned();
            for _ in 0..next(14) {
                query.push_str(PIECES[next(PIECES.len())]);
                query.push_str(["", " "][next(2)]);
            }
            if next(4) == 0 {
                let text: String = (0..next(20))
                    .filter_map(|_| char::from_u32(u32::try_from(next(0x300)).unwrap()))
                    .collect();
                query.push_str(&text);
            }
            understood += usize::from(run(&query).is_ok());
            // And a good one with something else in the middle.
            let good: Vec<char> = GOOD[next(GOOD.len())].chars().collect();
            let from = next(good.len());
            let to = (from + next(3)).min(good.len());
            let mut query: String = good[..from].iter().collect();
            query.push_str(PIECES[next(PIECES.len())]);
            query.extend(&good[to..]);
            understood += usize::from(run(&query).is_ok());
        }
        assert!(understood > 1_000, "{understood}");
    }
}
