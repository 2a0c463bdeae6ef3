#ifndef BACKSTEP_NET_TRAINING_H
#define BACKSTEP_NET_TRAINING_H

#include "net/train.h"

/* Inside the room: refuse what cannot be trained, by the name of the argument. */
int bs_training_check(const struct bs_training *training, struct bs_error *err);

#endif
