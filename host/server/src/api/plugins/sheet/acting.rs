//! What the host may ask of a plugin about messages and conversations that exist, in words.

use lockgate_model::manifest::Capabilities;

/// One sentence for each action that is declared.
pub(super) fn words(can: &Capabilities) -> Vec<String> {
    let react = can.react.as_ref().map(|react| match react.symbols.as_slice() {
        [] => "It reacts to messages with any emoji.".to_owned(),
        symbols => format!("It reacts to messages with {}.", symbols.join(" ")),
    });
    let rest = [
        (can.edit, "It changes messages that were sent."),
        (can.delete, "It takes back messages that were sent."),
        (can.mark_read, "It tells the contact what was read."),
        (can.typing, "It tells the contact that somebody writes."),
        (can.take_over, "It takes threads from other apps and gives them back."),
        (can.ended, "It tells the provider that a conversation was closed or opened again."),
    ];
    react
        .into_iter()
        .chain(rest.into_iter().filter(|(declared, _)| *declared).map(|(_, words)| words.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use lockgate_model::manifest::ReactCapability;

    use super::*;

    #[test]
    fn each_action_that_is_declared_has_a_sentence() {
        assert!(words(&Capabilities::default()).is_empty());
        let react = ReactCapability { symbols: vec!["👍".into(), "❤".into()], several: false };
        let can = Capabilities {
            react: Some(react),
            edit: true,
            delete: true,
            mark_read: true,
            typing: true,
            take_over: true,
            ended: true,
            ..Capabilities::default()
        };
        assert_eq!(words(&can).len(), can.actions().len());
        assert_eq!(words(&can).first().map(String::as_str), Some("It reacts to messages with 👍 ❤."));
    }
}
