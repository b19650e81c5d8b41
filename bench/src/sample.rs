//! What a measuring program prints: a sample on each line, as JSON.

use serde::{Deserialize, Serialize};

/// One measured value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// What was measured, such as `list-10000`.
    pub measure: String,
    /// What it was measured of, such as `module` or `floor`.
    pub series: String,
    /// The round, in which all series ran one right after the other.
    pub round: u32,
    /// The value.
    pub value: f64,
    /// The unit of the value, such as `s`.
    pub unit: String,
    /// The place on the horizontal axis, where the measure is of a growth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<u64>,
}

/// A line of a measuring program.
#[derive(Debug, PartialEq)]
pub enum Line {
    /// A sample.
    Sample(Sample),
    /// Anything that is no JSON: it is for the user.
    Text,
}

/// Reads a line.
///
/// # Errors
/// It is JSON and no sample.
pub fn read(line: &str) -> Result<Line, String> {
    if !line.trim_start().starts_with('{') {
        return Ok(Line::Text);
    }
    match serde_json::from_str(line) {
        Ok(sample) => Ok(Line::Sample(sample)),
        Err(error) => Err(format!("`{line}` is not a sample: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_read_with_and_without_a_place() {
        let line = r#"{"measure":"list","series":"module","round":2,"value":0.5,"unit":"s"}"#;
        let mut sample = Sample {
            measure: "list".to_owned(),
            series: "module".to_owned(),
            round: 2,
            value: 0.5,
            unit: "s".to_owned(),
            x: None,
        };
        assert_eq!(read(line), Ok(Line::Sample(sample.clone())));
        sample.x = Some(1000);
        let line = line.replace('}', r#","x":1000}"#);
        assert_eq!(read(&line), Ok(Line::Sample(sample)));
    }

    #[test]
    fn other_lines_are_for_the_user() {
        for line in ["", "== list", "  1,000 identities", "[1]"] {
            assert_eq!(read(line), Ok(Line::Text), "{line}");
        }
    }

    #[test]
    fn json_that_is_no_sample_is_an_error() {
        let valid = r#"{"measure":"a","series":"b","round":1,"value":1,"unit":"s"}"#;
        assert!(read(valid).is_ok());
        for line in [
            "{}",
            "{",
            &valid.replace("\"unit\":\"s\"", "\"units\":\"s\""),
            &valid.replace(":1,", ":\"1\","),
            &valid.replace('}', ",\"more\":1}"),
        ] {
            let error = read(line).expect_err("is no sample");
            assert!(error.contains(line), "{error}");
        }
    }
}
