//! The proxy that an environment names.

use std::collections::BTreeMap;

use super::{Category, Error, Result};

/// A proxy, and where it is not to be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    url: String,
    not_for: String,
}

impl Proxy {
    /// What `HTTPS_PROXY`, or else `ALL_PROXY`, and `NO_PROXY` say, in upper or lower case; none
    /// when they say nothing, and the system's own settings count.
    pub fn named_by(variables: &BTreeMap<String, String>) -> Option<Self> {
        let value = |name: &str| {
            [name.to_lowercase(), name.to_owned()]
                .iter()
                .filter_map(|name| variables.get(name))
                .find(|value| !value.trim().is_empty())
        };
        let url = value("HTTPS_PROXY").or_else(|| value("ALL_PROXY"))?;
        Some(Self {
            url: url.clone(),
            not_for: value("NO_PROXY").cloned().unwrap_or_default(),
        })
    }

    /// The same for the HTTP client.
    ///
    /// # Errors
    /// `InvalidProxy` when it is no URL. It is not repeated: it may hold a password.
    pub(super) fn for_client(&self) -> Result<reqwest::Proxy> {
        let proxy = reqwest::Proxy::all(&self.url).map_err(|_| {
            Error::new(
                Category::InvalidArgument,
                "InvalidProxy",
                "HTTPS_PROXY",
                "The proxy that HTTPS_PROXY or ALL_PROXY names is not a URL",
            )
            .advise("Set it to one such as http://proxy.example.com:8080, or remove it.")
        })?;
        Ok(proxy.no_proxy(reqwest::NoProxy::from_string(&self.not_for)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named_by(pairs: &[(&str, &str)]) -> Option<Proxy> {
        let pairs = pairs.iter();
        Proxy::named_by(
            &pairs
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn the_usual_variables_name_it() {
        let proxy = named_by(&[
            ("HTTPS_PROXY", "http://a:1"),
            ("ALL_PROXY", "http://b:2"),
            ("no_proxy", "x"),
        ]);
        let proxy = proxy.unwrap();
        assert_eq!(
            (proxy.url.as_str(), proxy.not_for.as_str()),
            ("http://a:1", "x")
        );
        assert_eq!(
            named_by(&[("all_proxy", "http://b:2")]).unwrap().url,
            "http://b:2"
        );
        assert_eq!(
            named_by(&[("HTTPS_PROXY", " "), ("HTTP_PROXY", "http://c:3")]),
            None
        );
    }

    #[test]
    fn what_is_no_url_is_refused_unseen() {
        let proxy = named_by(&[("HTTPS_PROXY", "http://user:marked@[")]).unwrap();
        let error = proxy.for_client().unwrap_err();
        assert_eq!(error.code(), "InvalidProxy");
        assert!(!error.to_string().contains("marked"));
    }
}
