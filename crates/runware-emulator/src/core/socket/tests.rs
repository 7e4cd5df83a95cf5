//! The behaviour of sockets, frame by frame.
