//! Resource ids and scopes.

use managed_identity::base::{ResourceId, ScopeId};
use managed_identity::fuzzing::is_command;

use crate::input;

pub fn run(data: &[u8]) {
    let text = input::text(data);
    if let Ok(id) = ResourceId::parse_any("Id", &text) {
        let again = ResourceId::parse_any("Id", id.as_str()).expect("an id is an id");
        assert_eq!((&again, again.as_str()), (&id, id.as_str()));
        assert!(!id.as_str().contains(is_command), "{id}");
        assert!(!id.name().is_empty(), "{id}");
        assert_eq!(ResourceId::read_any(id.as_str()).as_ref(), Some(&id));
        let _ = (id.type_name(), id.full_name());
        // What stands for itself in a URL stays one path.
        assert!(!id.as_str().contains(['?', '#']), "{id}");
    }
    if let Ok(scope) = ScopeId::parse(&text) {
        let again = ScopeId::parse(scope.as_str()).expect("a scope is a scope");
        assert_eq!(again, scope);
        assert!(!scope.is_above(&scope) || scope.as_str() == again.as_str());
        assert!(!scope.as_str().contains(is_command), "{scope}");
    }
}
