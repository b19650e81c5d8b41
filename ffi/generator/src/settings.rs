//! What `#[azmi(…)]` says.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, Token};

use crate::Result;

/// The settings of one declaration, by their names.
#[derive(Debug, Default)]
pub(crate) struct Settings(BTreeMap<String, Option<String>>);

/// `key`, or `key = value`.
struct Setting {
    key: Ident,
    value: Option<Expr>,
}

impl Parse for Setting {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let key = input.parse()?;
        let value = match input.parse::<Option<Token![=]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        Ok(Self { key, value })
    }
}

impl Settings {
    /// Reads the settings of a declaration, which may have those that are named.
    pub(crate) fn read(attributes: &[Attribute], known: &[&str], place: &str) -> Result<Self> {
        let mut settings = BTreeMap::new();
        for attribute in attributes.iter().filter(|one| one.path().is_ident("azmi")) {
            let given = attribute
                .parse_args_with(Punctuated::<Setting, Token![,]>::parse_terminated)
                .map_err(|error| format!("{place}: #[azmi(…)] can't be read: {error}"))?;
            for Setting { key, value } in given {
                let key = key.to_string();
                if !known.contains(&key.as_str()) {
                    return Err(format!(
                        "{place}: unknown setting '{key}'; known here are: {}",
                        known.join(", ")
                    ));
                }
                settings.insert(key, value.map(text));
            }
        }
        Ok(Self(settings))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_deref()
    }
}

fn text(value: Expr) -> String {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => text.value(),
        value => value.to_token_stream().to_string().replace(' ', ""),
    }
}
