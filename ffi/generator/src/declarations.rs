//! What the files of the C ABI declare.

use syn::{Attribute, Expr, ExprLit, Fields, FnArg, Item, ItemFn, Lit, Meta, Pat, Type};

use crate::Result;
use crate::settings::Settings;

/// The records, the enumerations and the requests of a C ABI.
#[derive(Debug, Default)]
pub struct Declarations {
    pub(crate) records: Vec<Record>,
    pub(crate) enumerations: Vec<Enumeration>,
    pub(crate) requests: Vec<Request>,
    constants: Vec<Constant>,
}

/// A `repr(C)` struct with `#[azmi(…)]`.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) settings: Settings,
    pub(crate) fields: Vec<Field>,
}

/// A field, or the two of an array.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) place: String,
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) settings: Settings,
    pub(crate) kind: Kind,
}

/// What a field is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An `AzmiStr`.
    Text,
    /// A `u8`: 0 or 1.
    Flag,
    /// An integer of this type.
    Number(&'static str),
    /// Another type of the ABI: a record, or an enumeration.
    Named(String),
    /// A pointer to a record.
    Pointer(String),
    /// A pointer to the first of several, and their number.
    Array(String),
}

/// An alias of `u32` with `#[azmi(constants = …)]`.
#[derive(Debug)]
pub(crate) struct Enumeration {
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) settings: Settings,
    pub(crate) values: Vec<Constant>,
}

/// A constant.
#[derive(Clone, Debug)]
pub(crate) struct Constant {
    /// Its name in C.
    pub(crate) name: String,
    /// Its name without the prefix of its enumeration, as the library's own enumeration has it.
    pub(crate) variant: String,
    /// Its name in C#.
    pub(crate) shown: String,
    pub(crate) summary: String,
    pub(crate) value: String,
}

/// A function that submits an operation: its last parameters are `queue` and `tag`.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) function: String,
    pub(crate) summary: String,
    /// Whether it is an operation of a client.
    pub(crate) of_client: bool,
    /// The parameter that points to the record.
    pub(crate) parameter: String,
    /// The record.
    pub(crate) record: String,
}

/// The record that says of a change whether only to plan it.
pub(crate) const MODE: &str = "AzmiMode";
/// The record of an event.
const EVENT: &str = "AzmiEvent";

const OF_RECORDS: &[&str] = &["reads", "shows", "model", "class", "text", "open", "made"];
const OF_FIELDS: &[&str] = &[
    "member", "with", "optional", "none", "required", "secret", "base64", "name", "shown", "read",
    "raw", "initial", "hidden", "item", "shared",
];
const OF_ENUMERATIONS: &[&str] = &["constants", "of", "model", "class", "flags"];
const OF_CONSTANTS: &[&str] = &["name"];
const NUMBERS: [&str; 4] = ["i32", "u16", "u32", "u64"];

impl Declarations {
    /// Reads the files of a C ABI, given by their names and texts.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let mut read = Self::default();
        for (name, text) in files {
            let file = syn::parse_file(text).map_err(|error| format!("{name}: {error}"))?;
            for item in file.items {
                read.add(item)?;
            }
        }
        read.find_values()?;
        read.check_names()?;
        Ok(read)
    }

    /// The record of this name, where it has settings.
    pub(crate) fn record(&self, name: &str) -> Option<&Record> {
        self.records.iter().find(|record| record.name == name)
    }

    /// The enumeration of this name.
    pub(crate) fn enumeration(&self, name: &str) -> Option<&Enumeration> {
        self.enumerations.iter().find(|one| one.name == name)
    }

    /// Whether a field is an enumeration.
    pub(crate) fn is_enumeration(&self, kind: &Kind) -> bool {
        matches!(kind, Kind::Named(name) if self.enumeration(name).is_some())
    }

    /// The fields of the event that carry results, each with its record.
    pub(crate) fn items(&self) -> impl Iterator<Item = (&Field, &Record)> {
        let event = self.record(EVENT).into_iter();
        event.flat_map(|event| &event.fields).filter_map(|field| {
            let Kind::Pointer(record) = &field.kind else {
                return None;
            };
            let record = self.record(record)?;
            field.settings.has("item").then_some((field, record))
        })
    }

    fn add(&mut self, item: Item) -> Result<()> {
        match item {
            Item::Struct(one) if is_set(&one.attrs) => {
                let name = one.ident.to_string();
                self.records.push(Record {
                    settings: Settings::read(&one.attrs, OF_RECORDS, &name)?,
                    summary: summary(&one.attrs),
                    fields: fields(&name, &one.fields)?,
                    name,
                });
            }
            Item::Type(one) if is_set(&one.attrs) => {
                let name = one.ident.to_string();
                self.enumerations.push(Enumeration {
                    settings: Settings::read(&one.attrs, OF_ENUMERATIONS, &name)?,
                    summary: summary(&one.attrs),
                    values: Vec::new(),
                    name,
                });
            }
            Item::Const(one) => {
                let name = one.ident.to_string();
                let settings = Settings::read(&one.attrs, OF_CONSTANTS, &name)?;
                let value = match *one.expr {
                    Expr::Lit(ExprLit {
                        lit: Lit::Int(value),
                        ..
                    }) => value.base10_digits().to_owned(),
                    _ => return Ok(()),
                };
                self.constants.push(Constant {
                    variant: String::new(),
                    shown: settings.get("name").unwrap_or_default().to_owned(),
                    summary: summary(&one.attrs),
                    value,
                    name,
                });
            }
            Item::Fn(one) => self.requests.extend(request(&one)),
            _ => {}
        }
        Ok(())
    }

    /// Gives each enumeration its constants.
    fn find_values(&mut self) -> Result<()> {
        for enumeration in &mut self.enumerations {
            let name = &enumeration.name;
            let prefix = enumeration
                .settings
                .get("constants")
                .ok_or_else(|| format!("{name}: 'constants' is missing"))?;
            let mut values = Vec::new();
            for constant in &self.constants {
                if let Some(rest) = constant.name.strip_prefix(prefix) {
                    let variant = crate::pascal(rest);
                    values.push(Constant {
                        shown: match &*constant.shown {
                            "" => variant.clone(),
                            shown => shown.to_owned(),
                        },
                        variant,
                        ..constant.clone()
                    });
                }
            }
            if values.is_empty() {
                return Err(format!("{name}: no constant begins with '{prefix}'"));
            }
            enumeration.values = values;
        }
        Ok(())
    }

    /// Checks that what a field is has been declared.
    fn check_names(&self) -> Result<()> {
        for field in self.records.iter().flat_map(|record| &record.fields) {
            if let Kind::Named(name) = &field.kind
                && name != MODE
                && self.record(name).is_none()
                && self.enumeration(name).is_none()
            {
                return Err(format!(
                    "{}: '{name}' has no #[azmi(…)], so nothing is known of it",
                    field.place
                ));
            }
        }
        Ok(())
    }
}

impl Record {
    /// The name of its class in C#.
    pub(crate) fn class(&self) -> Option<&str> {
        self.settings
            .get("model")
            .or_else(|| self.settings.get("class"))
    }

    /// Whether it says of a change whether only to plan it.
    pub(crate) fn has_mode(&self) -> bool {
        self.fields.iter().any(Field::is_mode)
    }
}

impl Field {
    pub(crate) fn is_mode(&self) -> bool {
        self.kind == Kind::Named(MODE.to_owned())
    }

    /// Its property in C#.
    pub(crate) fn property(&self) -> String {
        match (self.settings.get("name"), &*self.name) {
            (Some(name), _) => name.to_owned(),
            // What Azure PowerShell calls these everywhere.
            (None, "resource_group") => "ResourceGroupName".to_owned(),
            (None, "resource_type") => "Type".to_owned(),
            (None, name) => crate::pascal(name),
        }
    }
}

impl Enumeration {
    /// The name of its enumeration in C#.
    pub(crate) fn class(&self) -> Option<&str> {
        self.settings
            .get("model")
            .or_else(|| self.settings.get("class"))
    }
}

fn is_set(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|one| one.path().is_ident("azmi"))
}

/// The first paragraph of a doc comment: what follows it is for C alone.
fn summary(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(doc) = &attribute.meta else {
            return None;
        };
        match &doc.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) if doc.path.is_ident("doc") => Some(text.value().trim().to_owned()),
            _ => None,
        }
    });
    let paragraph: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
    paragraph.join(" ")
}

fn fields(record: &str, declared: &Fields) -> Result<Vec<Field>> {
    let mut fields: Vec<Field> = Vec::new();
    for field in declared {
        let name = field.ident.as_ref().map(ToString::to_string);
        let name = name.ok_or_else(|| format!("{record}: a field has no name"))?;
        let place = format!("{record}.{name}");
        if let Some(last) = fields.last_mut()
            && name == format!("{}_len", last.name)
            && let Kind::Pointer(item) = &last.kind
        {
            last.kind = Kind::Array(item.clone());
            continue;
        }
        fields.push(Field {
            settings: Settings::read(&field.attrs, OF_FIELDS, &place)?,
            summary: summary(&field.attrs),
            kind: kind(&field.ty, &place)?,
            name,
            place,
        });
    }
    Ok(fields)
}

fn kind(declared: &Type, place: &str) -> Result<Kind> {
    let unknown = || format!("{place}: a field of this type can't cross the boundary");
    match declared {
        Type::Ptr(pointer) => match kind(&pointer.elem, place)? {
            Kind::Text => Ok(Kind::Pointer("AzmiStr".to_owned())),
            Kind::Named(name) => Ok(Kind::Pointer(name)),
            _ => Err(unknown()),
        },
        Type::Path(path) => {
            let name = path.path.get_ident().ok_or_else(unknown)?.to_string();
            if let Some(number) = NUMBERS.into_iter().find(|number| *number == name) {
                return Ok(Kind::Number(number));
            }
            match &*name {
                "AzmiStr" => Ok(Kind::Text),
                "u8" => Ok(Kind::Flag),
                name if name.starts_with("Azmi") => Ok(Kind::Named(name.to_owned())),
                _ => Err(unknown()),
            }
        }
        _ => Err(unknown()),
    }
}

/// The request that a function submits, if it does.
fn request(function: &ItemFn) -> Option<Request> {
    let parameters: Vec<(String, &Type)> = function
        .sig
        .inputs
        .iter()
        .filter_map(|parameter| match parameter {
            FnArg::Typed(typed) => match &*typed.pat {
                Pat::Ident(name) => Some((name.ident.to_string(), &*typed.ty)),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        })
        .collect();
    let names: Vec<&str> = parameters.iter().map(|(name, _)| &**name).collect();
    let (of_client, at) = match names[..] {
        ["client", _, "queue", "tag"] => (true, 1),
        [_, "queue", "tag"] => (false, 0),
        _ => return None,
    };
    let (parameter, Type::Ptr(pointer)) = &parameters[at] else {
        return None;
    };
    let Type::Path(record) = &*pointer.elem else {
        return None;
    };
    Some(Request {
        function: function.sig.ident.to_string(),
        summary: summary(&function.attrs),
        of_client,
        parameter: parameter.clone(),
        record: record.path.get_ident()?.to_string(),
    })
}
