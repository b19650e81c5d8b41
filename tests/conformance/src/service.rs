//! The services that the script is sent to.

use std::sync::Arc;
use std::time::Duration;

use emulator::{Emulator, seed};
use managed_identity::arm::Client;
use managed_identity::base::{RetryPolicy, Silent};
use managed_identity::connect::{Network, Request, SignIn, connect};

use crate::Result;

/// A service that the script is sent to.
pub struct Service {
    /// What it is called in the report.
    pub name: &'static str,
    /// The client that is signed in there.
    pub client: Client,
    /// The tenant of the sign-in.
    pub tenant: String,
    /// The subscription that the resource group is created in.
    pub subscription: String,
    /// Its endpoint.
    pub endpoint: String,
    /// The location of everything that is created.
    pub location: String,
    /// The time between two looks where the service names none.
    pub pause: Duration,
}

/// Where a service is, as far as the sign-in does not say it.
#[derive(Debug)]
pub struct Place {
    /// The cloud.
    pub environment: Option<String>,
    /// A Resource Manager in place of that of a cloud.
    pub endpoint: Option<String>,
    /// The tenant to sign in to.
    pub tenant: Option<String>,
    /// The subscription to work in.
    pub subscription: Option<String>,
    /// The location of everything that is created.
    pub location: String,
}

impl Service {
    /// A service by the first sign-in that works.
    ///
    /// # Errors
    /// Those of the sign-in.
    pub async fn signed_in(place: &Place) -> Result<Self> {
        let request = Request {
            sign_in: SignIn::Automatic,
            environment: place.environment.clone(),
            endpoint: place.endpoint.clone(),
            audience: None,
            tenant: place.tenant.clone(),
            subscription_id: place.subscription.clone(),
            variables: None,
            network: Network::default(),
            retry: RetryPolicy::default(),
        };
        Self::connected(
            "the other service",
            request,
            &place.location,
            Duration::from_secs(2),
        )
        .await
    }

    /// An emulator, signed in with the secret that it starts with.
    ///
    /// # Errors
    /// Those of the sign-in.
    pub async fn emulated(emulator: &Emulator, location: &str) -> Result<Self> {
        let request = Request {
            sign_in: SignIn::ClientSecret {
                client_id: seed::CLIENT_ID.to_owned(),
                secret: seed::CLIENT_SECRET.to_owned().into(),
                authority: Some(emulator.endpoint().to_owned()),
            },
            environment: None,
            endpoint: Some(emulator.endpoint().to_owned()),
            audience: None,
            tenant: Some(seed::TENANT_ID.to_owned()),
            subscription_id: None,
            variables: None,
            network: Network::default(),
            retry: RetryPolicy::default(),
        };
        Self::connected(
            "the emulator",
            request,
            location,
            Duration::from_millis(100),
        )
        .await
    }

    async fn connected(
        name: &'static str,
        request: Request,
        location: &str,
        pause: Duration,
    ) -> Result<Self> {
        let connection = connect(request, Arc::new(Silent))
            .await
            .map_err(|error| format!("{name}: {error}"))?;
        Ok(Self {
            name,
            client: connection.client,
            tenant: connection.tenant_id,
            subscription: connection.subscription_id,
            endpoint: connection.endpoint,
            location: location.to_owned(),
            pause,
        })
    }
}
