//! What is known of people and threads from many events: of every field the newest that was told, whatever arrived first.

use serde::{Deserialize, Serialize};

use crate::contract::common::{Alias, Assurance, Extras, Identity, IdentityKind, MediaSource, Thread, Timestamp};

/// Aliases of one person that nobody vouches for.
const MOST_CLAIMED: usize = 64;

/// A value with the moment it was told for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latest<T> {
    /// The value.
    pub value: T,
    /// The event's moment.
    pub at: Timestamp,
}

/// Takes what is newer; of two of one moment always the same one. Says whether anything changed.
fn take<T: Clone + PartialEq + Serialize>(field: &mut Option<Latest<T>>, told: Option<&T>, at: Timestamp) -> bool {
    let Some(told) = told else { return false };
    let newer = match field {
        None => true,
        Some(known) if known.value == *told => {
            known.at = known.at.max(at);
            return false;
        }
        Some(known) => (at, text(told)) > (known.at, text(&known.value)),
    };
    if newer {
        *field = Some(Latest { value: told.clone(), at });
    }
    newer
}

/// Only to choose among values of one moment.
fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// What is known of a person at one address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// As they call themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Latest<String>>,
    /// Their name at the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<Latest<String>>,
    /// Their picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<Latest<MediaSource>>,
    /// BCP 47.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Latest<String>>,
    /// IANA name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Latest<String>>,
    /// What the contract has no field for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extras: Option<Latest<Extras>>,
    /// Other names that nobody vouches for: kept, and joined with nobody. Sorted by key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claimed: Vec<Alias>,
}

impl Profile {
    /// Adds what an event tells of the person. Says whether anything changed.
    pub fn learn(&mut self, told: &Identity, at: Timestamp) -> bool {
        let extras = (!told.extras.is_empty()).then_some(&told.extras);
        let mut changed = take(&mut self.name, told.name.as_ref(), at);
        changed |= take(&mut self.username, told.username.as_ref(), at);
        changed |= take(&mut self.picture, told.picture.as_ref(), at);
        changed |= take(&mut self.language, told.language.as_ref(), at);
        changed |= take(&mut self.timezone, told.timezone.as_ref(), at);
        changed |= take(&mut self.extras, extras, at);
        for alias in told.aliases.iter().filter(|alias| !vouched(&alias.assurance)) {
            changed |= self.claim(alias);
        }
        changed
    }

    /// Adds all that another profile of the same person knows.
    pub fn absorb(&mut self, other: &Self) {
        fn each<T: Clone + PartialEq + Serialize>(mine: &mut Option<Latest<T>>, other: Option<&Latest<T>>) {
            if let Some(other) = other {
                take(mine, Some(&other.value), other.at);
            }
        }
        each(&mut self.name, other.name.as_ref());
        each(&mut self.username, other.username.as_ref());
        each(&mut self.picture, other.picture.as_ref());
        each(&mut self.language, other.language.as_ref());
        each(&mut self.timezone, other.timezone.as_ref());
        each(&mut self.extras, other.extras.as_ref());
        for alias in &other.claimed {
            self.claim(alias);
        }
    }

    /// Notes what somebody said of themselves. Everybody can say everything, so there is an end to it.
    fn claim(&mut self, alias: &Alias) -> bool {
        if self.claimed.iter().any(|known| known.key == alias.key) {
            return false;
        }
        self.claimed.push(alias.clone());
        // By their keys, so that it is the same in whatever order they came.
        self.claimed.sort_by(|left, right| left.key.cmp(&right.key));
        self.claimed.truncate(MOST_CLAIMED);
        self.claimed.iter().any(|known| known.key == alias.key)
    }
}

/// What is known of a thread.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ThreadDetails {
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Latest<String>>,
    /// The group or channel that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Latest<String>>,
    /// The message that opened it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<Latest<String>>,
    /// The named set of capabilities that holds in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Latest<String>>,
    /// Where the contact can read on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Latest<String>>,
    /// What the contract has no field for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extras: Option<Latest<Extras>>,
}

impl ThreadDetails {
    /// Adds what an event tells of the thread. Says whether anything changed.
    pub fn learn(&mut self, told: &Thread, at: Timestamp) -> bool {
        let extras = (!told.extras.is_empty()).then_some(&told.extras);
        let mut changed = take(&mut self.title, told.title.as_ref(), at);
        changed |= take(&mut self.parent, told.parent.as_ref(), at);
        changed |= take(&mut self.root, told.root.as_ref(), at);
        changed |= take(&mut self.capabilities, told.capabilities.as_ref(), at);
        changed |= take(&mut self.address, told.address.as_ref(), at);
        changed |= take(&mut self.extras, extras, at);
        changed
    }
}

/// Whether somebody other than the sender says that it is so: only then does an alias join people.
pub fn vouched(assurance: &Assurance) -> bool {
    match assurance {
        Assurance::Provider | Assurance::Site | Assurance::MailAuthenticated(_) => true,
        Assurance::Unverified | Assurance::MailFailed(_) => false,
    }
}

/// An identity's key as it is compared: addresses of mail without regard to case, telephone numbers without spaces, everything
/// else as it is.
pub fn comparable(kind: IdentityKind, key: &str) -> String {
    match kind {
        IdentityKind::Email => key.trim().to_lowercase(),
        IdentityKind::Phone => key.chars().filter(|character| !character.is_whitespace()).collect(),
        IdentityKind::Visitor | IdentityKind::Opaque => key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::common::IdentityRole;

    fn person(name: Option<&str>, username: Option<&str>) -> Identity {
        Identity {
            key: "1".to_owned(),
            kind: IdentityKind::Opaque,
            role: IdentityRole::Contact,
            aliases: Vec::new(),
            assurance: Assurance::Provider,
            name: name.map(str::to_owned),
            username: username.map(str::to_owned),
            picture: None,
            language: None,
            timezone: None,
            context: None,
            extras: Vec::new(),
        }
    }

    #[test]
    fn the_newest_of_every_field_stands_in_any_order() {
        let told =
            [(3, person(Some("Ann"), None)), (9, person(None, Some("ann9"))), (5, person(Some("Anna"), Some("a5")))];
        let learn = |order: [usize; 3]| {
            let mut profile = Profile::default();
            for index in order {
                profile.learn(&told[index].1, told[index].0);
            }
            profile
        };
        let known = learn([0, 1, 2]);
        assert_eq!(known.name, Some(Latest { value: "Anna".to_owned(), at: 5 }));
        assert_eq!(known.username, Some(Latest { value: "ann9".to_owned(), at: 9 }));
        for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            assert_eq!(learn(order), known);
        }
    }

    #[test]
    fn what_is_told_again_changes_nothing() {
        let mut profile = Profile::default();
        assert!(profile.learn(&person(Some("Ann"), None), 1));
        assert!(!profile.learn(&person(Some("Ann"), None), 2));
    }

    #[test]
    fn what_everybody_can_say_of_themselves_has_an_end() {
        let said = |number: u32| Identity {
            aliases: vec![Alias {
                key: format!("{number:04}@b.example"),
                kind: IdentityKind::Email,
                assurance: Assurance::Unverified,
            }],
            ..person(None, None)
        };
        let learn = |numbers: &mut dyn Iterator<Item = u32>| {
            let mut profile = Profile::default();
            for number in numbers {
                profile.learn(&said(number), 1);
            }
            profile.claimed
        };
        let forth = learn(&mut (0..500));
        assert_eq!((forth.len(), &forth), (MOST_CLAIMED, &learn(&mut (0..500).rev())), "in whatever order they come");
    }

    #[test]
    fn an_unverified_alias_is_kept_and_joins_nobody() {
        let alias =
            Alias { key: "a@b.example".to_owned(), kind: IdentityKind::Email, assurance: Assurance::Unverified };
        let mut profile = Profile::default();
        profile.learn(&Identity { aliases: vec![alias.clone()], ..person(None, None) }, 1);
        assert_eq!(profile.claimed, vec![alias]);
        assert!(!vouched(&Assurance::MailFailed("dmarc=fail".to_owned())));
    }

    #[test]
    fn addresses_are_compared_as_addresses() {
        assert_eq!(comparable(IdentityKind::Email, " Ann@Example.ORG"), "ann@example.org");
        assert_eq!(comparable(IdentityKind::Phone, "+49 30 1"), "+49301");
        assert_eq!(comparable(IdentityKind::Opaque, "A b"), "A b");
    }
}
