//! Whose tokens are trusted, as a caller words it: by issuer and subject, or by what the usual
//! issuers make their subjects of.

use super::model::{check_issuer, check_subject};
use crate::arm::{Error, Result};

/// Whose tokens are trusted: by issuer and subject, or in one of the ready forms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The URL of the issuer.
    pub issuer: Option<String>,
    /// Whom the issuer must name.
    pub subject: Option<String>,
    /// GitHub: the organization or user.
    pub github_organization: Option<String>,
    /// GitHub: the repository.
    pub github_repository: Option<String>,
    /// GitHub: a branch, for workflows that run on it.
    pub github_branch: Option<String>,
    /// GitHub: an environment, for jobs that name it.
    pub github_environment: Option<String>,
    /// GitHub: a tag, for workflows that run on it.
    pub github_tag: Option<String>,
    /// GitHub: workflows that a pull request runs.
    pub github_pull_request: bool,
    /// Kubernetes: the URL of the cluster's issuer.
    pub kubernetes_issuer: Option<String>,
    /// Kubernetes: the namespace of the service account.
    pub namespace: Option<String>,
    /// Kubernetes: the service account.
    pub service_account: Option<String>,
}

/// Source: GitHub's documentation, "OpenID Connect reference".
const GITHUB_ISSUER: &str = "https://token.actions.githubusercontent.com";

/// The form that a source is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    GitHub,
    Kubernetes,
}

impl Source {
    /// Issuer and subject, as far as they are given, checked.
    ///
    /// # Errors
    /// What is missing or breaks a rule, by the name of its parameter.
    pub(super) fn resolve(&self) -> Result<(Option<String>, Option<String>)> {
        let (parameter, issuer, subject) = match self.form()? {
            Form::Plain => ("Issuer", self.issuer.clone(), self.subject.clone()),
            Form::GitHub => (
                "Issuer",
                Some(GITHUB_ISSUER.to_owned()),
                Some(self.github_subject()?),
            ),
            Form::Kubernetes => (
                "KubernetesIssuer",
                self.kubernetes_issuer.clone(),
                Some(self.kubernetes_subject()?),
            ),
        };
        if let Some(issuer) = &issuer {
            check_issuer(parameter, issuer)?;
        }
        if let Some(subject) = &subject {
            check_subject(subject)?;
        }
        Ok((issuer, subject))
    }

    /// The one form whose parameters are given; those of two contradict each other.
    fn form(&self) -> Result<Form> {
        let given = |all: &[&Option<String>]| all.iter().any(|one| one.is_some());
        let forms = [
            (Form::Plain, given(&[&self.issuer, &self.subject])),
            (
                Form::GitHub,
                self.github_pull_request
                    || given(&[
                        &self.github_organization,
                        &self.github_repository,
                        &self.github_branch,
                        &self.github_environment,
                        &self.github_tag,
                    ]),
            ),
            (
                Form::Kubernetes,
                given(&[
                    &self.kubernetes_issuer,
                    &self.namespace,
                    &self.service_account,
                ]),
            ),
        ];
        let mut named = forms.into_iter().filter(|(_, named)| *named);
        let form = named.next().map_or(Form::Plain, |(form, _)| form);
        match named.next() {
            None => Ok(form),
            Some(_) => Err(Error::invalid(
                "InvalidFederatedSource",
                "Issuer",
                self.issuer.as_deref().unwrap_or_default(),
                "give -Issuer and -Subject, or the parameters of GitHub, or those of Kubernetes.",
            )),
        }
    }

    fn github_subject(&self) -> Result<String> {
        let organization = name(
            "GitHubOrganization",
            &self.github_organization,
            "it is the name of an organization or user on GitHub: letters, digits and '-'.",
            |c| c.is_ascii_alphanumeric() || c == '-',
        )?;
        let repository = name(
            "GitHubRepository",
            &self.github_repository,
            "it is the repository's name alone: letters, digits, '-', '_' and '.'.",
            |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'),
        )?;
        Ok(format!(
            "repo:{organization}/{repository}:{}",
            self.github_claim()?
        ))
    }

    fn github_claim(&self) -> Result<String> {
        let part = |parameter: &str, value: &str, prefix: &str| {
            let short = value.strip_prefix(prefix).unwrap_or(value);
            match short.is_empty() || short.contains(char::is_whitespace) {
                false => Ok(format!("ref:{prefix}{short}")),
                true => Err(Error::invalid(
                    "InvalidFederatedSource",
                    parameter,
                    value,
                    "it is a name, without spaces.",
                )),
            }
        };
        let claims = [
            self.github_branch
                .as_deref()
                .map(|branch| part("GitHubBranch", branch, "refs/heads/")),
            self.github_tag
                .as_deref()
                .map(|tag| part("GitHubTag", tag, "refs/tags/")),
            self.github_environment.as_deref().map(environment),
            self.github_pull_request
                .then(|| Ok("pull_request".to_owned())),
        ];
        let mut claims = claims.into_iter().flatten();
        match (claims.next(), claims.next()) {
            (Some(claim), None) => claim,
            _ => Err(Error::missing(
                "GitHubBranch",
                "give one of -GitHubBranch, -GitHubEnvironment, -GitHubTag and \
                 -GitHubPullRequest, and no two.",
            )),
        }
    }

    fn kubernetes_subject(&self) -> Result<String> {
        if self.kubernetes_issuer.is_none() {
            return Err(Error::missing(
                "KubernetesIssuer",
                "name the URL of the cluster's issuer.",
            ));
        }
        let label = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let namespace = name(
            "Namespace",
            &self.namespace,
            "it is a namespace of Kubernetes: small letters, digits and '-'.",
            label,
        )?;
        let account = name(
            "ServiceAccount",
            &self.service_account,
            "it is a service account of Kubernetes: small letters, digits, '-' and '.'.",
            |c| label(c) || c == '.',
        )?;
        Ok(format!("system:serviceaccount:{namespace}:{account}"))
    }
}

/// A name of which every character is allowed.
fn name<'a>(
    parameter: &str,
    given: &'a Option<String>,
    rule: &str,
    allowed: impl Fn(char) -> bool,
) -> Result<&'a str> {
    let Some(given) = given else {
        return Err(Error::missing(parameter, rule));
    };
    match !given.is_empty() && given.chars().all(allowed) {
        true => Ok(given),
        false => Err(Error::invalid(
            "InvalidFederatedSource",
            parameter,
            given,
            rule,
        )),
    }
}

/// GitHub writes a colon in an environment's name as `%3A`.
fn environment(name: &str) -> Result<String> {
    match name.trim().is_empty() {
        false => Ok(format!("environment:{}", name.replace(':', "%3A"))),
        true => Err(Error::invalid(
            "InvalidFederatedSource",
            "GitHubEnvironment",
            name,
            "it is the name of an environment.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn github() -> Source {
        Source {
            github_organization: some("contoso"),
            github_repository: some("web.app_1"),
            ..Source::default()
        }
    }

    fn subject(source: &Source) -> String {
        let (issuer, subject) = source.resolve().unwrap();
        assert_eq!(issuer.as_deref(), Some(GITHUB_ISSUER));
        subject.unwrap()
    }

    fn code(source: &Source) -> String {
        source.resolve().unwrap_err().code().to_owned()
    }

    #[test]
    fn githubs_forms() {
        let mut source = github();
        source.github_branch = some("main");
        assert_eq!(
            subject(&source),
            "repo:contoso/web.app_1:ref:refs/heads/main"
        );
        source.github_branch = some("refs/heads/feature/x");
        assert_eq!(
            subject(&source),
            "repo:contoso/web.app_1:ref:refs/heads/feature/x"
        );
        source.github_branch = None;
        source.github_tag = some("v1.0");
        assert_eq!(
            subject(&source),
            "repo:contoso/web.app_1:ref:refs/tags/v1.0"
        );
        source.github_tag = None;
        source.github_environment = some("Prod: EU");
        assert_eq!(
            subject(&source),
            "repo:contoso/web.app_1:environment:Prod%3A EU"
        );
        source.github_environment = None;
        source.github_pull_request = true;
        assert_eq!(subject(&source), "repo:contoso/web.app_1:pull_request");
    }

    #[test]
    fn github_needs_exactly_one_claim_and_plain_names() {
        assert_eq!(code(&github()), "MissingParameter");
        let mut two = github();
        two.github_branch = some("main");
        two.github_pull_request = true;
        assert_eq!(code(&two), "MissingParameter");
        for (organization, repository, branch) in [
            ("contoso/web", "x", "main"),
            ("contoso", "contoso/web", "main"),
            ("contoso", "web", ""),
            ("contoso", "web", "a b"),
            ("", "web", "main"),
        ] {
            let source = Source {
                github_organization: some(organization),
                github_repository: some(repository),
                github_branch: some(branch),
                ..Source::default()
            };
            assert_eq!(code(&source), "InvalidFederatedSource", "{source:?}");
        }
        let alone = Source {
            github_branch: some("main"),
            ..Source::default()
        };
        assert_eq!(code(&alone), "MissingParameter");
    }

    #[test]
    fn kubernetes_form() {
        let mut source = Source {
            kubernetes_issuer: some("https://oidc.prod-aks.azure.com/x/"),
            namespace: some("web"),
            service_account: some("api.v1"),
            ..Source::default()
        };
        let (issuer, subject) = source.resolve().unwrap();
        assert_eq!(issuer, source.kubernetes_issuer);
        assert_eq!(subject.as_deref(), Some("system:serviceaccount:web:api.v1"));
        source.namespace = some("Web");
        assert_eq!(code(&source), "InvalidFederatedSource");
        source.namespace = None;
        assert_eq!(code(&source), "MissingParameter");
        source.namespace = some("web");
        source.kubernetes_issuer = some("cluster");
        assert!(
            source
                .resolve()
                .unwrap_err()
                .to_string()
                .contains("-KubernetesIssuer")
        );
    }

    #[test]
    fn forms_do_not_mix() {
        let mut source = github();
        source.issuer = some("https://x");
        assert_eq!(code(&source), "InvalidFederatedSource");
        assert_eq!(Source::default().resolve().unwrap(), (None, None));
    }
}
