//! Dialogues with a scripted peer.
