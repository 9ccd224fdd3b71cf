//! The use cases. They see the world only through the ports, and say what happened in values; the CLI turns these
//! into words.
//!
//! | module | use case |
//! |---|---|
//! | [`shop`] | the settings of a shop, checked |
//! | [`ground`] | what every use case must know first: dates, contract, policies, instances |
//! | [`choose`] | selection over the ERP: the same code for scan, dry run, departure and preview |
//! | [`scan`] | selects and stores |
//! | [`dossier`] | one notice's documents, from a fresh read |
//! | [`send`] | sends what is due |
//! | [`receipts`] | what became of what the gateway took |
//! | [`replies`] | treats what customers answer |
//! | [`pair`] | links an instance to a phone |
//! | [`preview`] | what would be sent to one customer |
//! | [`status`] | what is where |
//! | [`explain`] | all about one customer, and why |
//! | [`customers`] | whom an operator means |
//! | [`hold`] | a promise, a dispute: nobody is written to meanwhile |
//! | [`doctor`] | what is wrong, as far as the ports tell |
//! | [`schedule`] | the jobs of a site |

pub mod choose;
pub mod customers;
pub mod doctor;
pub mod dossier;
pub mod explain;
pub mod ground;
pub mod hold;
pub mod pair;
pub mod preview;
pub mod receipts;
pub mod replies;
pub mod scan;
pub mod schedule;
pub mod send;
pub mod shop;
pub mod status;
