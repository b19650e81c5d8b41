//! The Rust side: what reads the records that the host passes in, and fills those that it is given.

use std::fmt::Write;

use crate::Result;
use crate::declarations::{Declarations, Enumeration, Field, Kind, Record};

/// The function that each field's own name is replaced by, where a setting names the whole.
const WHOLE: &str = "self";

pub(crate) fn generate(declarations: &Declarations) -> Result<String> {
    let mut text = String::new();
    for enumeration in &declarations.enumerations {
        if let Some(own) = enumeration.settings.get("of") {
            text += &conversions(enumeration, own);
        }
    }
    for record in &declarations.records {
        if let Some(own) = record.settings.get("reads") {
            text += &reader(declarations, record, own)?;
        }
        if let Some(own) = record.settings.get("shows") {
            text += &filler(declarations, record, own)?;
        }
    }
    for (field, record) in declarations.items() {
        if let Some(own) = record.settings.get("shows") {
            text += &item(field, own);
        }
    }
    Ok(text)
}

/// The two ways between the library's enumeration and the numbers.
fn conversions(enumeration: &Enumeration, own: &str) -> String {
    let mut from = String::new();
    let mut to = String::new();
    for value in &enumeration.values {
        let (name, variant) = (&value.name, &value.variant);
        _ = writeln!(from, "            {name} => Some(Self::{variant}),");
        _ = writeln!(to, "            Self::{variant} => {name},");
    }
    format!(
        "
impl Enumeration for crate::{own} {{
    fn from_number(number: u32) -> Option<Self> {{
        match number {{
{from}            _ => None,
        }}
    }}

    fn number(&self) -> u32 {{
        match self {{
{to}        }}
    }}
}}
"
    )
}

fn reader(declarations: &Declarations, record: &Record, own: &str) -> Result<String> {
    let name = &record.name;
    let mut members = String::new();
    for field in record.fields.iter().filter(|field| !field.is_mode()) {
        let member = field.settings.get("member").unwrap_or(&field.name);
        let value = value_read(declarations, field)?;
        let value = match field.settings.get("with") {
            Some(function) => format!("{function}({value})"),
            None => value,
        };
        _ = writeln!(members, "                {member}: {value},");
    }
    let (owned, value) = match record.has_mode() {
        true => (
            format!("Change<crate::{own}>"),
            "Change { wanted, mode: self.mode.read()? }",
        ),
        false => (format!("crate::{own}"), "wanted"),
    };
    Ok(format!(
        "
impl Read for {name} {{
    type Owned = {owned};

    unsafe fn read(&self) -> Result<Self::Owned> {{
        // SAFETY: the contract of this function.
        unsafe {{
            let wanted = crate::{own} {{
{members}            }};
            Ok({value})
        }}
    }}
}}
"
    ))
}

/// The expression that reads a field.
fn value_read(declarations: &Declarations, field: &Field) -> Result<String> {
    let name = &field.name;
    let optional = field.settings.has("optional");
    Ok(match &field.kind {
        Kind::Text if field.settings.has("secret") => format!("secret(self.{name})?"),
        Kind::Text if optional => format!("text(self.{name})?"),
        Kind::Text => format!("required(self.{name})?"),
        Kind::Flag => format!("self.{name} != 0"),
        Kind::Number(_) => format!("self.{name}"),
        kind if declarations.is_enumeration(kind) => format!("enumeration(self.{name})?"),
        Kind::Named(_) => format!("self.{name}.read()?"),
        Kind::Array(item) => {
            let function = match &**item {
                "AzmiStr" => "texts",
                "AzmiTag" => "tags",
                _ => return Err(format!("{}: an array of these is not read", field.place)),
            };
            let value = format!("{function}(self.{name}, self.{name}_len)?");
            match optional {
                true => format!("(!self.{name}.is_null()).then_some({value})"),
                false => value,
            }
        }
        Kind::Pointer(_) => return Err(format!("{}: a pointer is not read", field.place)),
    })
}

fn filler(declarations: &Declarations, record: &Record, own: &str) -> Result<String> {
    let name = &record.name;
    let mut arrays = String::new();
    let mut members = String::new();
    for field in &record.fields {
        let member = field.settings.get("member").unwrap_or(&field.name);
        // What a method returns is no place, and needs no reference.
        let source = match (member, member.ends_with(')')) {
            (WHOLE, _) => "self".to_owned(),
            (member, true) => format!("self.{member}"),
            (member, false) => format!("&self.{member}"),
        };
        let field_name = &field.name;
        if let Kind::Array(_) = field.kind {
            _ = writeln!(
                arrays,
                "        let ({field_name}, {field_name}_len) = held.array({source});"
            );
            _ = writeln!(members, "            {field_name},");
            _ = writeln!(members, "            {field_name}_len,");
            continue;
        }
        if let Kind::Pointer(_) = field.kind {
            return Err(format!("{}: a pointer is not filled", field.place));
        }
        let value = match field.settings.get("with") {
            Some(function) => format!("{function}({source}, held)"),
            None if declarations.is_enumeration(&field.kind) => format!("self.{member}.number()"),
            None => format!("Show::show({source}, held)"),
        };
        let value = match field.settings.has("optional") {
            true => format!("absent_if_empty({value})"),
            false => value,
        };
        _ = writeln!(members, "            {field_name}: {value},");
    }
    Ok(format!(
        "
impl<'a> Show<'a, {name}> for &'a crate::{own} {{
    #[allow(unused_variables, clippy::needless_borrows_for_generic_args)]
    fn show(self, held: &mut Held<'a>) -> {name} {{
{arrays}        {name} {{
{members}        }}
    }}
}}
"
    ))
}

fn item(field: &Field, own: &str) -> String {
    let name = &field.name;
    format!(
        "
impl Item for crate::{own} {{
    fn publish<'a>(&'a self, event: &mut AzmiEvent, held: &mut Held<'a>) {{
        let record = self.show(held);
        event.{name} = held.keep(record);
    }}
}}
"
    )
}
