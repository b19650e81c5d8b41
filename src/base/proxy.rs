//! The proxy that requests go through.

use std::collections::BTreeMap;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use super::category::Category;
use super::error::{Error, Result};
use reqwest::Url;

/// A proxy, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proxy {
    /// What the process's environment and the system's settings say.
    System,
    /// None, whatever the system says.
    None,
    /// The one that an environment names.
    Named {
        /// Its URL, which may hold a password.
        url: String,
        /// Where it is not to be used, as `NO_PROXY` has it.
        not_for: String,
    },
}

impl Proxy {
    /// What `HTTPS_PROXY`, or else `ALL_PROXY`, and `NO_PROXY` of an environment say, in upper or
    /// lower case. Where they say nothing, Windows and macOS have settings of their own; elsewhere
    /// there is nothing else to ask.
    pub fn named_by(variables: Option<&BTreeMap<String, String>>) -> Self {
        let Some(variables) = variables else {
            return Self::System;
        };
        let value = |name: &str| {
            [name.to_lowercase(), name.to_owned()]
                .iter()
                .filter_map(|name| variables.get(name))
                .find(|value| !value.trim().is_empty())
        };
        match value("HTTPS_PROXY").or_else(|| value("ALL_PROXY")) {
            Some(url) => Self::Named {
                url: url.clone(),
                not_for: value("NO_PROXY").cloned().unwrap_or_default(),
            },
            None if cfg!(any(windows, target_os = "macos")) => Self::System,
            None => Self::None,
        }
    }

    /// Tells the HTTP client.
    ///
    /// # Errors
    /// `InvalidProxy` when it is no URL. It is not repeated: it may hold a password.
    pub(super) fn apply(&self, builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder> {
        let (url, not_for) = match self {
            Self::System => return Ok(builder),
            Self::None => return Ok(builder.no_proxy()),
            Self::Named { url, not_for } => (url, not_for),
        };
        let proxy = reqwest::Proxy::all(url).map_err(|_| {
            Error::new(
                Category::InvalidArgument,
                "InvalidProxy",
                "HTTPS_PROXY",
                "The proxy that HTTPS_PROXY or ALL_PROXY names is not a URL",
            )
            .advise("Set it to one such as http://proxy.example.com:8080, or remove it.")
        })?;
        Ok(builder.proxy(proxy.no_proxy(reqwest::NoProxy::from_string(not_for))))
    }

    /// The proxy that a request to `url` goes through: found as the HTTP client finds it.
    pub(super) fn on_the_way_to(&self, url: &Url) -> Option<Intercept> {
        let matcher = match self {
            Self::None => return None,
            Self::System => Matcher::from_system(),
            Self::Named { url, not_for } => {
                let named = Matcher::builder().all(url.as_str());
                named.no(not_for.as_str()).build()
            }
        };
        matcher.intercept(&url.as_str().parse().ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named_by(pairs: &[(&str, &str)]) -> Proxy {
        let pairs = pairs.iter();
        Proxy::named_by(Some(
            &pairs
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        ))
    }

    fn named(url: &str, not_for: &str) -> Proxy {
        Proxy::Named {
            url: url.to_owned(),
            not_for: not_for.to_owned(),
        }
    }

    #[test]
    fn the_usual_variables_name_it() {
        let both = [
            ("HTTPS_PROXY", "http://a:1"),
            ("ALL_PROXY", "http://b:2"),
            ("no_proxy", "x"),
        ];
        assert_eq!(named_by(&both), named("http://a:1", "x"));
        assert_eq!(
            named_by(&[("all_proxy", "http://b:2")]),
            named("http://b:2", "")
        );
        let without = match cfg!(any(windows, target_os = "macos")) {
            true => Proxy::System,
            false => Proxy::None,
        };
        assert_eq!(
            named_by(&[("HTTPS_PROXY", " "), ("HTTP_PROXY", "http://c:3")]),
            without
        );
        assert_eq!(Proxy::named_by(None), Proxy::System);
    }

    #[test]
    fn what_is_no_url_is_refused_unseen() {
        let proxy = named("http://user:marked@[", "");
        let error = proxy.apply(reqwest::Client::builder()).unwrap_err();
        assert_eq!(error.code(), "InvalidProxy");
        assert!(!error.to_string().contains("marked"));
    }
}
