//! The simple `$filter` of Azure Resource Manager: conditions that are joined by `and`.

use crate::base::random;

/// One condition of a `$filter`.
#[derive(Debug, PartialEq)]
pub(crate) enum Clause {
    /// `name()` or `name('argument')`.
    Call(String, Option<String>),
    /// `name eq 'value'`.
    Equal(String, String),
}

/// The clauses of a `$filter`, which are joined by `and`; none when it is anything else.
pub(crate) fn clauses(filter: &str) -> Option<Vec<Clause>> {
    let mut rest = filter.trim();
    let mut found = Vec::new();
    loop {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        if name.is_empty() {
            return None;
        }
        let behind = behind.trim_start();
        if let Some(inside) = behind.strip_prefix('(') {
            let inside = inside.trim_start();
            let (argument, behind) = match inside.strip_prefix(')') {
                Some(behind) => (None, behind),
                None => {
                    let (text, behind) = operand(inside)?;
                    (Some(text), behind.trim_start().strip_prefix(')')?)
                }
            };
            found.push(Clause::Call(name.to_owned(), argument));
            rest = behind;
        } else {
            let (word, value) = behind.split_once(' ')?;
            if !word.eq_ignore_ascii_case("eq") {
                return None;
            }
            let (text, behind) = operand(value.trim_start())?;
            found.push(Clause::Equal(name.to_owned(), text));
            rest = behind;
        }
        if rest.trim().is_empty() {
            return Some(found);
        }
        let (word, next) = rest.trim_start().split_once(' ')?;
        if !word.eq_ignore_ascii_case("and") {
            return None;
        }
        rest = next.trim_start();
    }
}

/// A quoted string, or a bare GUID, and what is behind it.
fn operand(text: &str) -> Option<(String, &str)> {
    if let Some(inside) = text.strip_prefix('\'') {
        let mut value = String::new();
        let mut rest = inside;
        loop {
            let (part, behind) = rest.split_once('\'')?;
            value.push_str(part);
            match behind.strip_prefix('\'') {
                Some(more) => {
                    value.push('\'');
                    rest = more;
                }
                None => return Some((value, behind)),
            }
        }
    }
    let end = text
        .find(|c: char| !c.is_ascii_hexdigit() && c != '-')
        .unwrap_or(text.len());
    let (value, behind) = text.split_at(end);
    random::is_guid(value).then(|| (value.to_owned(), behind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::seed;

    #[test]
    fn filters() {
        let call = |name: &str, argument: Option<&str>| {
            Clause::Call(name.to_owned(), argument.map(str::to_owned))
        };
        assert_eq!(clauses("atScope()"), Some(vec![call("atScope", None)]));
        assert_eq!(
            clauses(" atScope() AND assignedTo('a''b') "),
            Some(vec![call("atScope", None), call("assignedTo", Some("a'b"))])
        );
        let guid = seed::PRINCIPAL_ID;
        for text in [
            format!("principalId eq '{guid}'"),
            format!("principalId eq {guid}"),
        ] {
            assert_eq!(
                clauses(&text),
                Some(vec![Clause::Equal(
                    "principalId".to_owned(),
                    guid.to_owned()
                )])
            );
        }
        for text in [
            "",
            "atScope",
            "atScope(",
            "atScope() or x()",
            "a eq b",
            "a ne 'b'",
            "a eq 'b",
            "a('b'",
            "a() and",
            "a eq 'b' 'c'",
            "é eq 'b'",
        ] {
            assert_eq!(clauses(text), None, "{text}");
        }
    }
}
