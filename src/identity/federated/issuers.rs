//! What is known of issuers and their subjects. Azure compares both character by character, and
//! accepts at creation what no token will ever match.

use crate::base::Url;

/// The issuer of GitHub Actions. Source: GitHub's documentation, "OpenID Connect reference".
pub(super) const GITHUB: &str = "https://token.actions.githubusercontent.com";

/// The issuers of a service.
struct Service {
    name: &'static str,
    /// What their hosts begin and end with.
    host: (&'static str, &'static str),
    /// Whether they end with a slash.
    slash: bool,
}

/// The services whose issuers have one known form. Sources: the documentation of each; for AKS
/// Azure/azure-workload-identity#1700.
const SERVICES: [Service; 6] = [
    Service {
        name: "Azure Kubernetes Service",
        host: ("", ".oic.prod-aks.azure.com"),
        slash: true,
    },
    Service {
        name: "Azure Kubernetes Service",
        host: ("", ".oic.prod-aks.azure.cn"),
        slash: true,
    },
    Service {
        name: "Azure Kubernetes Service",
        host: ("oidc.prod-aks.azure.com", ""),
        slash: true,
    },
    Service {
        name: "GitHub Actions",
        host: ("token.actions.githubusercontent.com", ""),
        slash: false,
    },
    Service {
        name: "Amazon EKS",
        host: ("oidc.eks.", ".amazonaws.com"),
        slash: false,
    },
    Service {
        name: "Google Kubernetes Engine",
        host: ("container.googleapis.com", ""),
        slash: false,
    },
];

/// Why no token will come from an issuer that is written so.
pub(super) fn issuer_warning(parameter: &str, issuer: &str) -> Option<String> {
    let url = Url::parse(issuer).ok()?;
    let host = url.host_str()?;
    let service = SERVICES.iter().find(|service| {
        let (start, end) = service.host;
        host.starts_with(start) && host.ends_with(end)
    })?;
    let rule = match (service.slash, issuer.ends_with('/')) {
        (true, false) => "end with a slash, and this one does not",
        (false, true) => "do not end with a slash, and this one does",
        _ => return None,
    };
    Some(format!(
        "-{parameter} '{issuer}': the issuers of {} {rule}. Azure compares issuers character by \
         character, so no token will match.",
        service.name
    ))
}

/// Why no token will have a subject that is written so.
pub(super) fn subject_warning(subject: &str) -> Option<String> {
    subject.contains('*').then(|| {
        format!(
            "Subject '{subject}': '*' is not a wildcard in a subject. Azure compares subjects \
             character by character, so no token will match. Only a flexible federated \
             credential, which has a claims matching expression, supports wildcards: specify \
             -ClaimsMatchingExpression."
        )
    })
}

/// Why no token will match an expression that is written so. Source: Entra's documentation,
/// "Flexible federated identity credentials": comparisons of claims, joined by `and`.
pub(super) fn expression_warning(expression: &str) -> Option<String> {
    (!is_comparisons(expression)).then(|| {
        format!(
            "-ClaimsMatchingExpression \"{expression}\": an expression consists of comparisons such \
             as claims['sub'] matches 'repo:contoso/*' or claims['sub'] eq 'text', joined by 'and'. \
             Azure may refuse any other expression, or no token will match it."
        )
    })
}

fn is_comparisons(expression: &str) -> bool {
    let comparison = |text: &str| -> Option<String> {
        let (_, text) = text.strip_prefix("claims['")?.split_once("']")?;
        let (operator, text) = text.trim_start().split_once(char::is_whitespace)?;
        let (_, rest) = text.trim_start().strip_prefix('\'')?.split_once('\'')?;
        ["eq", "matches"]
            .contains(&operator)
            .then(|| rest.trim().to_owned())
    };
    let mut rest = comparison(expression.trim());
    while let Some(more) = &rest {
        if more.is_empty() {
            return true;
        }
        rest = more
            .strip_prefix("and")
            .and_then(|next| comparison(next.trim_start()));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_issuer_is_that_of_its_service() {
        let guid = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";
        for (slash, issuer) in [
            (
                true,
                format!("https://westeurope.oic.prod-aks.azure.com/{guid}/{guid}"),
            ),
            (
                true,
                format!("https://chinanorth3.oic.prod-aks.azure.cn/{guid}/{guid}"),
            ),
            (true, format!("https://oidc.prod-aks.azure.com/{guid}")),
            (false, GITHUB.to_owned()),
            (false, format!("{GITHUB}/contoso")),
            (
                false,
                "https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE".to_owned(),
            ),
            (
                false,
                "https://container.googleapis.com/v1/projects/p/locations/l/clusters/c".to_owned(),
            ),
        ] {
            let with = format!("{issuer}/");
            let (right, wrong) = match slash {
                true => (&with, &issuer),
                false => (&issuer, &with),
            };
            assert_eq!(issuer_warning("Issuer", right), None);
            let warning = issuer_warning("KubernetesIssuer", wrong).unwrap();
            assert!(
                warning.contains("-KubernetesIssuer") && warning.contains(wrong),
                "{warning}"
            );
        }
        for unknown in ["https://oidc.example", "https://oidc.example/", "no URL"] {
            assert_eq!(issuer_warning("Issuer", unknown), None);
        }
    }

    #[test]
    fn an_expression_is_comparisons() {
        for good in [
            "claims['sub'] eq 's'",
            " claims['sub']  matches 'repo:a/*:ref:refs/heads/?'  and claims['x'] eq 'y' ",
        ] {
            assert_eq!(expression_warning(good), None, "{good}");
        }
        for bad in [
            "sub eq 's'",
            "claims['sub'] like 's'",
            "claims['sub'] eq s",
            "claims['sub'] eq 's' or claims['x'] eq 'y'",
            "claims['sub'] eq 's' and",
        ] {
            let warning = expression_warning(bad).unwrap();
            assert!(warning.contains(bad), "{warning}");
        }
    }

    #[test]
    fn a_subject_has_no_wildcards() {
        assert_eq!(
            subject_warning("repo:contoso/web:ref:refs/heads/main"),
            None
        );
        let warning = subject_warning("repo:contoso/*:ref:refs/heads/main").unwrap();
        assert!(warning.contains("'repo:contoso/*:ref:refs/heads/main'"));
    }
}
