//! Our schedules in virtual time, without a server: `runware_tests::simulate` has the world that they are played in.

mod bounds;
mod goals;
