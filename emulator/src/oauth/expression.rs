//! Expressions of flexible federated credentials, language version 1: comparisons of claims, joined
//! by `and`. Source: Entra's documentation, "Flexible federated identity credentials".

use super::jwt::Jwt;

/// Whether the claims of a token match. An expression that can't be read matches no token.
pub(super) fn matches(expression: &str, token: &Jwt<'_>) -> bool {
    let Some(comparisons) = parse(expression) else {
        return false;
    };
    comparisons.iter().all(|comparison| {
        let claim = token.claim(comparison.claim);
        match comparison.wildcards {
            true => fits(comparison.text.as_bytes(), claim.as_bytes()),
            false => claim == comparison.text,
        }
    })
}

/// `claims['sub'] eq 'text'` or `claims['sub'] matches 'pattern'`.
#[derive(Debug, PartialEq)]
struct Comparison<'a> {
    claim: &'a str,
    wildcards: bool,
    text: &'a str,
}

fn parse(expression: &str) -> Option<Vec<Comparison<'_>>> {
    let mut rest = expression.trim();
    let mut comparisons = Vec::new();
    loop {
        let (claim, after) = rest.strip_prefix("claims['")?.split_once("']")?;
        let (operator, after) = after.trim_start().split_once(char::is_whitespace)?;
        let (text, after) = after.trim_start().strip_prefix('\'')?.split_once('\'')?;
        let wildcards = match operator {
            "eq" => false,
            "matches" => true,
            _ => return None,
        };
        comparisons.push(Comparison {
            claim,
            wildcards,
            text,
        });
        rest = match after.trim() {
            "" => return Some(comparisons),
            more => more.strip_prefix("and")?.trim_start(),
        };
    }
}

/// `*` stands for any text, `?` for one character.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => (0..=text.len()).any(|at| fits(rest, &text[at..])),
        ([b'?', rest @ ..], [_, others @ ..]) => fits(rest, others),
        ([one, rest @ ..], [other, others @ ..]) => one == other && fits(rest, others),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons() {
        let parsed = parse("claims['sub'] matches 'a*'  and claims['x']  eq 'b'").unwrap();
        assert_eq!(parsed.len(), 2);
        assert_eq!((parsed[0].claim, parsed[0].text), ("sub", "a*"));
        assert!(parsed[0].wildcards && !parsed[1].wildcards);
        for bad in [
            "",
            "sub eq 'a'",
            "claims['sub'] like 'a'",
            "claims['sub'] eq 'a' or",
            "claims['sub'] eq a",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn wildcards() {
        for (pattern, text, expected) in [
            ("repo:a/*:ref:*", "repo:a/b:ref:c", true),
            ("repo:a/?", "repo:a/b", true),
            ("repo:a/?", "repo:a/bc", false),
            ("*", "", true),
            ("a*", "ba", false),
        ] {
            assert_eq!(
                fits(pattern.as_bytes(), text.as_bytes()),
                expected,
                "{pattern}"
            );
        }
    }
}
