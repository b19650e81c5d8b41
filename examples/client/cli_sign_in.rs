//! Signs in as the Azure CLI does, or by the first sign-in that works, and says who that is and what
//! it sees, as JSON. The Azure CLI's tests run it.
//!
//! `client cli_sign_in https://127.0.0.1:PORT [automatic]`

use std::sync::Arc;

use managed_identity::arm::Scope;
use managed_identity::base::{RetryPolicy, Silent};
use managed_identity::connect::{Network, Request, SignIn, connect};
use managed_identity::identity;
use serde_json::{Value, json};

use crate::{Arguments, Result};

pub async fn run(mut arguments: Arguments) -> Result<Value> {
    let endpoint = arguments.next();
    let request = Request {
        sign_in: match arguments.next().as_deref() {
            Some("automatic") => SignIn::Automatic,
            _ => SignIn::AzureCli,
        },
        environment: None,
        endpoint: Some(
            endpoint
                .ok_or("specify the endpoint of the emulator, such as https://127.0.0.1:8080")?,
        ),
        audience: None,
        tenant: None,
        subscription_id: None,
        variables: None,
        network: Network::default(),
        retry: RetryPolicy::default(),
    };
    let connection = connect(request, Arc::new(Silent)).await?;
    let mut names = Vec::new();
    let mut pages = identity::list(&connection.client, &Scope::default())?;
    while let Some(page) = pages.next().await? {
        names.extend(page.into_iter().map(|identity| identity.name));
    }
    Ok(json!({
        "accountType": connection.account_type,
        "subscriptionId": connection.subscription_id,
        "tenantId": connection.tenant_id,
        "environment": connection.environment,
        "identities": names,
    }))
}
