//! What a change would do, and the agreement to it.

use std::collections::HashSet;
use std::sync::Arc;

use crate::base::{Category, Error, ResourceLabel, Result, capitalized, plain};

/// What a change would do, found out without doing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The id of the resource that would change.
    pub resource: String,
    /// What would change, as a sentence without its full stop.
    pub description: String,
    /// What belongs under it, a line each.
    pub details: Vec<String>,
    /// Each single effect, in words that the same effect has in every plan. None when nothing
    /// would change.
    pub effects: Vec<String>,
}

impl Plan {
    /// Whether anything would change at all.
    pub fn changes(&self) -> bool {
        !self.effects.is_empty()
    }

    /// The plan as a console can show it, with its details on lines of their own.
    pub(crate) fn told(&self) -> String {
        let lines = [&self.description].into_iter().chain(&self.details);
        let lines: Vec<_> = lines.map(|line| plain(line.clone())).collect();
        lines.join("\n  ")
    }

    /// The text that stands for this plan in [`Agreement::to`].
    pub fn agreement(&self) -> String {
        let keys: Vec<_> = self.effects.iter().map(|effect| key(effect)).collect();
        keys.join("\n")
    }
}

/// An effect on one line, as it is compared: names in Azure differ in casing alone.
fn key(effect: &str) -> String {
    effect.to_lowercase().replace(['\r', '\n'], " ")
}

/// The effects that a caller has agreed to. By default there is no agreement, and a change does
/// what is asked.
#[derive(Clone, Debug, Default)]
pub struct Agreement(Option<Arc<HashSet<String>>>);

impl Agreement {
    /// The agreement to a plan, by the text that [`Plan::agreement`] gave.
    pub fn to(plan: &str) -> Self {
        let effects = plan.split('\n').map(str::to_owned);
        Self(Some(Arc::new(effects.collect())))
    }

    /// Whether a caller has agreed to a plan.
    pub fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// Checks, before anything is written, that no effect goes beyond what was agreed to. Fewer
    /// effects are within it.
    ///
    /// # Errors
    /// `PlanChanged`, which names the effects beyond the agreement.
    pub(crate) fn check(&self, target: &str, effects: &[String]) -> Result<()> {
        let Some(agreed) = &self.0 else {
            return Ok(());
        };
        let is_new = |effect: &&String| !agreed.contains(&key(effect));
        let new: Vec<_> = effects.iter().filter(is_new).map(String::as_str).collect();
        if new.is_empty() {
            return Ok(());
        }
        let resource = ResourceLabel::read(target).map(|resource| capitalized(&resource.short()));
        let message = format!(
            "{} has changed since you confirmed: the command would now also {}. Nothing \
             was changed",
            resource.unwrap_or_else(|| format!("'{target}'")),
            new.join("; ")
        );
        let error = Error::new(Category::ResourceBusy, "PlanChanged", target, message);
        Err(error.advise("Run the command again to see the new plan."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(effects: &[&str]) -> Plan {
        Plan {
            details: Vec::new(),
            resource: "vm1".to_owned(),
            description: String::new(),
            effects: effects.iter().map(|&effect| effect.to_owned()).collect(),
        }
    }

    fn check(agreed: &Plan, now: &Plan) -> Result<()> {
        Agreement::to(&agreed.agreement()).check("vm1", &now.effects)
    }

    #[test]
    fn fewer_effects_are_within_an_agreement_and_others_are_not() {
        let agreed = plan(&["remove id1", "add id2"]);
        for within in [
            plan(&["remove id1", "add id2"]),
            plan(&["ADD ID2"]),
            plan(&[]),
        ] {
            assert_eq!(check(&agreed, &within), Ok(()));
        }
        let error = check(&agreed, &plan(&["remove id1", "remove id3"])).unwrap_err();
        assert_eq!(error.code(), "PlanChanged");
        assert!(error.message().contains("also remove id3."), "{error}");
        assert!(!error.message().contains("id1"), "{error}");
    }

    #[test]
    fn an_effect_may_have_lines() {
        let agreed = plan(&["set a to 'x\r\ny'", "remove id1"]);
        assert_eq!(check(&agreed, &agreed), Ok(()));
    }

    #[test]
    fn an_agreement_to_no_effect_allows_none_and_no_agreement_allows_all() {
        let effects = ["remove id1".to_owned()];
        assert!(check(&plan(&[]), &plan(&["remove id1"])).is_err());
        assert_eq!(Agreement::default().check("vm1", &effects), Ok(()));
    }
}
