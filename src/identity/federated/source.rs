//! Whose tokens are trusted, as a caller words it: by issuer and subject, or by what the usual
//! issuers make their subjects of.

use super::issuers::{self, expression_warning, issuer_warning, subject_warning};
use super::model::{check_expression, check_issuer, check_subject};
use crate::base::{Error, Result};

/// Whose tokens are trusted: by issuer and subject, or in one of the ready forms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The URL of the issuer.
    pub issuer: Option<String>,
    /// Whom the issuer must name.
    pub subject: Option<String>,
    /// What the claims of the issuer's tokens must match, in place of the subject.
    pub claims_matching_expression: Option<String>,
    /// The version of the expression's language; 0 for that of an expression that is there, or else 1.
    pub claims_matching_expression_version: i32,
    /// GitHub: the organization or user, `contoso` or `contoso@123456`.
    pub github_organization: Option<String>,
    /// GitHub: the repository, `web` or `web@789012`; its organization may stand before it.
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

/// An expression that is wanted; without a version that of one that is there, or else 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expression {
    pub(super) value: String,
    pub(super) version: Option<i32>,
}

/// Issuer, and subject or expression, as far as they are given.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Resolved {
    pub(super) issuer: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) expression: Option<Expression>,
    /// Why no token will match, as far as it is known.
    pub(super) warnings: Vec<String>,
}

/// The form that a source is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    GitHub,
    Kubernetes,
}

impl Source {
    /// Issuer, and subject or expression, checked.
    ///
    /// # Errors
    /// What is missing or breaks a rule, by the name of its parameter.
    pub(super) fn resolve(&self) -> Result<Resolved> {
        let (parameter, issuer, subject) = match self.form()? {
            Form::Plain => ("Issuer", self.issuer.clone(), self.subject.clone()),
            Form::GitHub => (
                "Issuer",
                Some(issuers::GITHUB.to_owned()),
                Some(self.github_subject()?),
            ),
            Form::Kubernetes => (
                "KubernetesIssuer",
                self.kubernetes_issuer.clone(),
                Some(self.kubernetes_subject()?),
            ),
        };
        let mut warnings = Vec::new();
        if let Some(issuer) = &issuer {
            check_issuer(parameter, issuer)?;
            warnings.extend(issuer_warning(parameter, issuer));
        }
        if let Some(subject) = &subject {
            check_subject(subject)?;
            warnings.extend(subject_warning(subject));
        }
        let expression = self.expression()?;
        if let Some(expression) = &expression {
            warnings.extend(expression_warning(&expression.value));
        }
        Ok(Resolved {
            issuer,
            subject,
            expression,
            warnings,
        })
    }

    fn expression(&self) -> Result<Option<Expression>> {
        let version = self.claims_matching_expression_version;
        let Some(value) = &self.claims_matching_expression else {
            return match version {
                0 => Ok(None),
                _ => Err(Error::missing(
                    "ClaimsMatchingExpression",
                    "specify the expression that -ClaimsMatchingExpressionVersion belongs to.",
                )),
            };
        };
        if self.subject.is_some() {
            return Err(invalid(
                "ClaimsMatchingExpression",
                value,
                "it can't be combined with -Subject: a credential has one of them.",
            ));
        }
        if version < 0 {
            return Err(invalid(
                "ClaimsMatchingExpressionVersion",
                &version.to_string(),
                "it must be the version of a language, such as 1.",
            ));
        }
        check_expression(value)?;
        Ok(Some(Expression {
            value: value.clone(),
            version: (version != 0).then_some(version),
        }))
    }

    /// The one form whose parameters are given; those of two contradict each other.
    fn form(&self) -> Result<Form> {
        let given = |all: &[&Option<String>]| all.iter().any(|one| one.is_some());
        let forms = [
            (
                Form::Plain,
                self.claims_matching_expression_version != 0
                    || given(&[
                        &self.issuer,
                        &self.subject,
                        &self.claims_matching_expression,
                    ]),
            ),
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
                "specify either -Issuer with -Subject or -ClaimsMatchingExpression, or the GitHub \
                 parameters, or the Kubernetes parameters.",
            )),
        }
    }

    fn github_subject(&self) -> Result<String> {
        let given = self.github_repository.as_deref().unwrap_or_default();
        let (owner, repository) = match given.split_once('/') {
            Some((owner, repository)) => (Some(owner), repository),
            None => (None, given),
        };
        let organization = self.github_organization.as_deref().or(owner);
        let organization = GitHubName::parse(
            "GitHubOrganization",
            organization,
            "it must be the name of an organization or user on GitHub, of letters, digits, '-' and \
             '_'; where the repository has immutable subjects, with its id: contoso@123456.",
            |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'),
        )?;
        let repository = GitHubName::parse(
            "GitHubRepository",
            self.github_repository.as_ref().map(|_| repository),
            "it must be the name of a repository, of letters, digits, '-', '_' and '.'; where the \
             repository has immutable subjects, with its id: web@789012.",
            |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'),
        )?;
        if owner.is_some_and(|owner| owner != organization.given) {
            return Err(invalid(
                "GitHubRepository",
                given,
                &format!(
                    "it must not name another organization than -GitHubOrganization '{}'.",
                    organization.given
                ),
            ));
        }
        // GitHub's documentation, "Immutable subject claims": repo:<owner>@<id>/<name>@<id>.
        if organization.has_id != repository.has_id {
            return Err(invalid(
                "GitHubRepository",
                given,
                "organization and repository must both have their ids after '@', or neither: \
                 GitHub's subjects have both or none.",
            ));
        }
        Ok(format!(
            "repo:{}/{}:{}",
            organization.given,
            repository.given,
            self.github_claim()?
        ))
    }

    fn github_claim(&self) -> Result<String> {
        let part = |parameter: &str, value: &str, prefix: &str| {
            let short = value.strip_prefix(prefix).unwrap_or(value);
            match short.is_empty() || short.contains(char::is_whitespace) {
                false => Ok(format!("ref:{prefix}{short}")),
                true => Err(invalid(
                    parameter,
                    value,
                    "it must be a name without spaces.",
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
                "specify exactly one of -GitHubBranch, -GitHubEnvironment, -GitHubTag and \
                 -GitHubPullRequest.",
            )),
        }
    }

    fn kubernetes_subject(&self) -> Result<String> {
        if self.kubernetes_issuer.is_none() {
            return Err(Error::missing(
                "KubernetesIssuer",
                "specify the issuer URL of the cluster.",
            ));
        }
        let label = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let namespace = name(
            "Namespace",
            self.namespace.as_deref(),
            "it must be a Kubernetes namespace of lowercase letters, digits and '-'.",
            label,
        )?;
        let account = name(
            "ServiceAccount",
            self.service_account.as_deref(),
            "it must be a Kubernetes service account of lowercase letters, digits, '-' and '.'.",
            |c| label(c) || c == '.',
        )?;
        Ok(format!("system:serviceaccount:{namespace}:{account}"))
    }
}

/// A name on GitHub, which may have its immutable id after it: `contoso@123456`.
struct GitHubName<'a> {
    given: &'a str,
    has_id: bool,
}

impl<'a> GitHubName<'a> {
    fn parse(
        parameter: &str,
        given: Option<&'a str>,
        rule: &str,
        allowed: impl Fn(char) -> bool,
    ) -> Result<Self> {
        let (bare, id) = match given.and_then(|given| given.split_once('@')) {
            Some((bare, id)) => (Some(bare), Some(id)),
            None => (given, None),
        };
        name(parameter, bare, rule, allowed)?;
        if let Some(id) = id {
            name(parameter, Some(id), rule, |c| c.is_ascii_digit())?;
        }
        Ok(Self {
            given: given.unwrap_or_default(),
            has_id: id.is_some(),
        })
    }
}

/// A name of which every character is allowed.
fn name<'a>(
    parameter: &str,
    given: Option<&'a str>,
    rule: &str,
    allowed: impl Fn(char) -> bool,
) -> Result<&'a str> {
    let given = given.ok_or_else(|| Error::missing(parameter, rule))?;
    match !given.is_empty() && given.chars().all(allowed) {
        true => Ok(given),
        false => Err(invalid(parameter, given, rule)),
    }
}

fn invalid(parameter: &str, value: &str, rule: &str) -> Error {
    Error::invalid("InvalidFederatedSource", parameter, value, rule)
}

/// GitHub writes a colon in an environment's name as `%3A`.
fn environment(name: &str) -> Result<String> {
    match name.trim().is_empty() {
        false => Ok(format!("environment:{}", name.replace(':', "%3A"))),
        true => Err(invalid(
            "GitHubEnvironment",
            name,
            "it must be the name of an environment.",
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
        let resolved = source.resolve().unwrap();
        assert_eq!(resolved.issuer.as_deref(), Some(issuers::GITHUB));
        resolved.subject.unwrap()
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
            ("contoso", "fabrikam/web", "main"),
            ("contoso", "Contoso/web", "main"),
            ("contoso", "contoso/web/x", "main"),
            ("contoso", "contoso/", "main"),
            ("contoso", "/web", "main"),
            ("contoso@1", "web", "main"),
            ("contoso", "web@2", "main"),
            ("contoso@1", "contoso/web@2", "main"),
            ("contoso@x", "web@2", "main"),
            ("contoso@", "web@2", "main"),
            ("contoso@1@1", "web@2", "main"),
            ("@1", "web@2", "main"),
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
    fn githubs_names() {
        for (organization, repository, expected) in [
            (some("jdoe_contoso"), "shop", "jdoe_contoso/shop"),
            (some("contoso"), "contoso/shop", "contoso/shop"),
            (None, "contoso/shop", "contoso/shop"),
            (some("acme-org@123"), "app@987", "acme-org@123/app@987"),
            (
                some("acme-org@123"),
                "acme-org@123/app@987",
                "acme-org@123/app@987",
            ),
            (None, "acme-org@123/app@987", "acme-org@123/app@987"),
        ] {
            let source = Source {
                github_organization: organization,
                github_repository: some(repository),
                github_pull_request: true,
                ..Source::default()
            };
            assert_eq!(subject(&source), format!("repo:{expected}:pull_request"));
        }
        let no_organization = Source {
            github_repository: some("shop"),
            github_pull_request: true,
            ..Source::default()
        };
        assert_eq!(code(&no_organization), "MissingParameter");
    }

    #[test]
    fn what_no_token_matches_gets_a_warning() {
        let plain = |issuer: &str, subject: &str| Source {
            issuer: some(issuer),
            subject: some(subject),
            ..Source::default()
        };
        let warnings = |source: Source| source.resolve().unwrap().warnings.len();
        assert_eq!(
            warnings(plain(issuers::GITHUB, "repo:contoso/web:pull_request")),
            0
        );
        assert_eq!(
            warnings(plain("https://token.actions.githubusercontent.com/", "a*")),
            2
        );
        let kubernetes = Source {
            kubernetes_issuer: some("https://eastus.oic.prod-aks.azure.com/a/b"),
            namespace: some("web"),
            service_account: some("api"),
            ..Source::default()
        };
        let warning = &kubernetes.resolve().unwrap().warnings[0];
        assert!(warning.starts_with("-KubernetesIssuer"), "{warning}");
    }

    #[test]
    fn kubernetes_form() {
        let mut source = Source {
            kubernetes_issuer: some("https://oidc.prod-aks.azure.com/x/"),
            namespace: some("web"),
            service_account: some("api.v1"),
            ..Source::default()
        };
        let resolved = source.resolve().unwrap();
        assert_eq!(resolved.issuer, source.kubernetes_issuer);
        let subject = resolved.subject.unwrap();
        assert_eq!(subject, "system:serviceaccount:web:api.v1");
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
    fn an_expression_stands_in_place_of_a_subject() {
        let mut source = Source {
            issuer: some(issuers::GITHUB),
            claims_matching_expression: some("claims['sub'] matches 'repo:contoso/*'"),
            ..Source::default()
        };
        let resolved = source.resolve().unwrap();
        assert_eq!((resolved.subject, resolved.warnings.len()), (None, 0));
        assert_eq!(resolved.expression.unwrap().version, None);
        source.claims_matching_expression_version = 2;
        let expression = source.resolve().unwrap().expression.unwrap();
        assert_eq!(expression.version, Some(2));
        source.claims_matching_expression_version = -1;
        assert_eq!(code(&source), "InvalidFederatedSource");
        source.claims_matching_expression_version = 0;
        source.subject = some("s");
        assert_eq!(code(&source), "InvalidFederatedSource");
        source.subject = None;
        source.github_repository = some("contoso/web");
        assert_eq!(code(&source), "InvalidFederatedSource");
        let alone = Source {
            claims_matching_expression_version: 1,
            ..Source::default()
        };
        assert_eq!(code(&alone), "MissingParameter");
        for bad in [String::new(), "x".repeat(601)] {
            let source = Source {
                claims_matching_expression: Some(bad),
                ..Source::default()
            };
            assert_eq!(code(&source), "InvalidClaimsMatchingExpression");
        }
    }

    #[test]
    fn forms_do_not_mix() {
        let mut source = github();
        source.issuer = some("https://x");
        assert_eq!(code(&source), "InvalidFederatedSource");
        assert_eq!(Source::default().resolve().unwrap(), Resolved::default());
    }
}
