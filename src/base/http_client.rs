//! The HTTP clients of this process. A client holds its connections and the trusted certificates, some
//! hundred kilobytes, so those who reach the network in the same way share one.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use rustls::pki_types::CertificateDer;

use super::causes::causes;
use super::error::Result;
use super::proxy::Route;
use super::trust::{self, Trusted};

/// What decides how a client reaches the network.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reach {
    pub(super) route: Route,
    /// What is trusted beside the system's certificates.
    pub(super) trusted: Trusted,
    /// Whether it goes to this machine and its link, which have services without encryption.
    pub(super) is_near: bool,
}

/// A client, which goes with the last who uses it.
#[derive(Debug)]
pub(super) struct SharedClient {
    reach: Reach,
    pub(super) client: reqwest::Client,
}

/// The clients that are in use.
static CLIENTS: Mutex<Vec<Weak<SharedClient>>> = Mutex::new(Vec::new());

impl SharedClient {
    /// The client that reaches the network like this.
    ///
    /// # Errors
    /// `InvalidProxy`; `TlsUnavailable`.
    pub(super) fn with(reach: Reach) -> Result<Arc<Self>> {
        let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
        clients.retain(|client| client.strong_count() > 0);
        let known = clients.iter().filter_map(Weak::upgrade);
        if let Some(same) = known.into_iter().find(|client| client.reach == reach) {
            return Ok(same);
        }
        let made = Arc::new(Self {
            client: build(&reach)?,
            reach,
        });
        clients.push(Arc::downgrade(&made));
        Ok(made)
    }

    /// Whether it leaves like this.
    pub(super) fn goes(&self, route: &Route, is_near: bool) -> bool {
        self.reach.route == *route && self.reach.is_near == is_near
    }
}

/// The certificates that connections trust.
static ROOTS: Mutex<Vec<Weak<[CertificateDer<'static>]>>> = Mutex::new(Vec::new());

/// The same certificates, in the place where another connection has them: a bundle is a quarter of a
/// megabyte.
pub(super) fn shared(mut trusted: Trusted) -> Trusted {
    let roots = &trusted.certificates;
    let mut all = ROOTS.lock().unwrap_or_else(PoisonError::into_inner);
    all.retain(|known| known.strong_count() > 0);
    let known = all.iter().filter_map(Weak::upgrade);
    if let Some(certificates) = known.into_iter().find(|known| known == roots) {
        trusted.certificates = certificates;
        return trusted;
    }
    all.push(Arc::downgrade(roots));
    trusted
}

/// A client: no redirects, no cookies, the operating system's certificates.
fn build(reach: &Reach) -> Result<reqwest::Client> {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(trust::client_config(reach.trusted.clone()))
        .user_agent(concat!("ManagedIdentity/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(10))
        .https_only(!reach.is_near);
    reach
        .route
        .apply(builder)?
        .build()
        .map_err(|error| trust::unavailable(&causes(&error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(route: Route, is_near: bool) -> Reach {
        Reach {
            route,
            trusted: Trusted::default(),
            is_near,
        }
    }

    fn trusted(byte: u8) -> Trusted {
        let mut trusted = Trusted::default();
        trusted.certificates = Arc::new([CertificateDer::from(vec![byte])]);
        trusted
    }

    #[test]
    fn those_who_reach_the_network_in_the_same_way_share_a_client() {
        let with = |reach: Reach| SharedClient::with(reach).unwrap();
        let direct = with(reach(Route::Direct, false));
        assert!(Arc::ptr_eq(&direct, &with(reach(Route::Direct, false))));
        for other in [reach(Route::System, false), reach(Route::Direct, true)] {
            assert!(!Arc::ptr_eq(&direct, &with(other)));
        }
    }

    #[test]
    fn connections_that_trust_the_same_certificates_have_them_once() {
        let roots = |byte| shared(trusted(byte)).certificates;
        let first = roots(7);
        assert!(Arc::ptr_eq(&first, &roots(7)));
        assert!(!Arc::ptr_eq(&first, &roots(8)));
    }

    #[test]
    fn a_client_goes_with_the_last_who_uses_it() {
        // Like no other test's.
        let own = Reach {
            trusted: trusted(1),
            ..reach(Route::Direct, true)
        };
        let lives = || {
            let clients = CLIENTS.lock().unwrap();
            let alive = clients.iter().filter_map(Weak::upgrade);
            alive.into_iter().any(|client| client.reach == own)
        };
        // The certificate is none, so the client is made by hand.
        let client = Arc::new(SharedClient {
            reach: own.clone(),
            client: build(&reach(Route::Direct, true)).unwrap(),
        });
        CLIENTS.lock().unwrap().push(Arc::downgrade(&client));
        assert!(Arc::ptr_eq(
            &client,
            &SharedClient::with(own.clone()).unwrap()
        ));
        assert!(lives());
        drop(client);
        assert!(!lives());
    }
}
