//! Settings that cannot be right. Of which kind they are and what must be there the manifest says, and the host holds.

use lockgate_sdk::{FieldProblem, Setting, SettingValue};

use crate::config::{origin, text, texts};

/// Longest time that somebody can be asked to take, in seconds.
const PATIENCE: f64 = 600.0;

/// What is wrong with them.
pub(crate) fn settings(settings: &[Setting]) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    let mut wrong = |key: &str, words: String| problems.push(FieldProblem { key: Some(key.to_owned()), words });
    let sites = texts(settings, "origins");
    for site in &sites {
        match origin(site) {
            None => wrong("origins", format!("{site:?} is no site: write it as https://www.example.org")),
            Some(origin) if site.trim_end_matches('/').len() > origin.len() => {
                wrong("origins", format!("a site is meant, not a page of it: write {origin}"));
            }
            Some(_) => {}
        }
    }
    if let Some(page) = text(settings, "thanks_page") {
        match origin(page) {
            None => wrong("thanks_page", "Write the whole address: https://www.example.org/thanks".into()),
            Some(site) if !sites.iter().any(|known| origin(known).as_ref() == Some(&site)) => {
                wrong("thanks_page", format!("Visitors are only sent on to the sites of the form: add {site} there"));
            }
            Some(_) => {}
        }
    }
    if let Some(code) = text(settings, "country")
        && !(code.len() <= 3 && code.bytes().all(|byte| byte.is_ascii_digit()) && !code.starts_with('0'))
    {
        wrong("country", "Write the calling code without a plus sign: 49".into());
    }
    for Setting { key, value } in settings {
        if let (SettingValue::Number(seconds), "minimum_seconds") = (value, key.as_str())
            && !(0.0..=PATIENCE).contains(seconds)
        {
            wrong(key, format!("Write a number of seconds from 0 to {PATIENCE}"));
        }
    }
    let named = ["email_field", "name_field", "phone_field", "message_field", "subject_field", "trap_field"];
    let filled: Vec<(&str, &str)> = named.iter().filter_map(|key| Some((*key, text(settings, key)?))).collect();
    for (place, (key, field)) in filled.iter().enumerate() {
        if filled.iter().take(place).any(|(_, other)| other == field) {
            wrong(key, format!("The field {field:?} is named for something else already"));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(key: &str, value: SettingValue) -> Setting {
        Setting { key: key.into(), value }
    }

    fn line(key: &str, value: &str) -> Setting {
        set(key, SettingValue::Text(value.into()))
    }

    #[test]
    fn what_cannot_be_right_is_told_beside_its_field() {
        let sites = set("origins", SettingValue::Texts(vec!["https://www.example.org/".into(), " ".into()]));
        let good = [
            sites.clone(),
            line("thanks_page", "https://www.example.org/thanks"),
            line("country", "49"),
            set("minimum_seconds", SettingValue::Number(3.0)),
            line("email_field", "mail"),
            line("trap_field", "website"),
        ];
        assert_eq!(settings(&good).len(), 0);
        for (wrong, key) in [
            (set("origins", SettingValue::Texts(vec!["www.example.org".into()])), "origins"),
            (set("origins", SettingValue::Texts(vec!["https://www.example.org/form".into()])), "origins"),
            (line("thanks_page", "/thanks"), "thanks_page"),
            (line("thanks_page", "https://elsewhere.example/"), "thanks_page"),
            (line("country", "+49"), "country"),
            (set("minimum_seconds", SettingValue::Number(-1.0)), "minimum_seconds"),
            (set("minimum_seconds", SettingValue::Number(f64::NAN)), "minimum_seconds"),
            (line("trap_field", "mail"), "trap_field"),
        ] {
            let mut all = good.to_vec();
            all.retain(|setting| setting.key != wrong.key);
            all.push(wrong.clone());
            let problems = settings(&all);
            assert!(problems.iter().any(|problem| problem.key.as_deref() == Some(key)), "{wrong:?}: {problems:?}");
        }
    }
}
