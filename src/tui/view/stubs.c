#include "view/views_internal.h"
const struct mk_view_ops mk_view_capture = {.name = "capture", .title = "capture", .places = MK_P_BACK, .size = sizeof(struct mk_view)};
const struct mk_view_ops mk_view_queue = {.name = "queue", .title = "queue", .places = MK_P_BACK, .size = sizeof(struct mk_view)};
const struct mk_view_ops mk_view_review = {.name = "review", .title = "review", .places = MK_P_BACK, .size = sizeof(struct mk_view)};
const struct mk_view_ops mk_view_subjects = {.name = "subjects", .title = "subjects", .places = MK_P_BACK, .size = sizeof(struct mk_view)};
const struct mk_view_ops mk_view_subject = {.name = "subject", .title = "subject", .places = MK_P_BACK, .size = sizeof(struct mk_view)};
const struct mk_view_ops mk_view_person = {.name = "person", .title = "person", .places = MK_P_BACK, .size = sizeof(struct mk_view)};
const struct mk_view_ops mk_view_reveal = {.name = "reveal", .title = "reveal", .places = MK_P_BACK, .size = sizeof(struct mk_view)};
const struct mk_view_ops mk_view_export = {.name = "export", .title = "export", .places = MK_P_BACK, .size = sizeof(struct mk_view)};
const struct mk_view_ops mk_view_trail = {.name = "trail", .title = "trail", .places = MK_P_BACK, .size = sizeof(struct mk_view)};
const struct mk_view_ops mk_view_verify = {.name = "verify", .title = "verify", .places = MK_P_BACK, .size = sizeof(struct mk_view)};
