//! For the fuzzers: records of the requests with any content, and the calls that take them.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::declarations::{Declarations, Kind, Record};

/// An `impl Hostile` for each record that a request has or leads to, and the table of the calls.
pub(crate) fn generate(declarations: &Declarations) -> String {
    let mut text = String::new();
    let mut calls = String::new();
    let mut done = BTreeSet::new();
    for request in &declarations.requests {
        add(declarations, &request.record, &mut done, &mut text);
        let (function, record) = (&request.function, &request.record);
        let client = if request.of_client { "client, " } else { "" };
        _ = writeln!(
            calls,
            "    (\"{function}\", |source, {}, queue, tag| {{\n        \
             let record = {record}::hostile(source);\n        \
             // SAFETY: every pointer in it is good, or of a kind that the library refuses.\n        \
             unsafe {{ {function}({client}&record, queue, tag) }}\n    }}),",
            if request.of_client { "client" } else { "_" },
        );
    }
    format!(
        "{text}\n/// Every call that submits an operation.\npub const CALLS: &[Call] = &[\n{calls}];\n"
    )
}

fn add(declarations: &Declarations, name: &str, done: &mut BTreeSet<String>, text: &mut String) {
    let Some(record) = declarations.record(name) else {
        return;
    };
    if !done.insert(name.to_owned()) {
        return;
    }
    for field in &record.fields {
        if let Kind::Named(of) | Kind::Array(of) = &field.kind {
            add(declarations, of, done, text);
        }
    }
    *text += &implementation(declarations, record);
}

fn implementation(declarations: &Declarations, record: &Record) -> String {
    let mut before = String::new();
    let mut members = String::new();
    for field in &record.fields {
        let name = &field.name;
        let value = match &field.kind {
            Kind::Array(_) => {
                _ = writeln!(before, "        let ({name}, {name}_len) = source.array();");
                _ = writeln!(members, "            {name},\n            {name}_len,");
                continue;
            }
            kind if declarations.is_enumeration(kind) => "source.enumeration()".to_owned(),
            Kind::Flag => "source.flag()".to_owned(),
            _ => "Hostile::hostile(source)".to_owned(),
        };
        _ = writeln!(members, "            {name}: {value},");
    }
    let name = &record.name;
    format!(
        "\nimpl Hostile for {name} {{\n    fn hostile(source: &mut Source<'_>) -> Self {{\n{before}        \
         Self {{\n{members}        }}\n    }}\n}}\n"
    )
}
