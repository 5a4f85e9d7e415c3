/* main.c - LeNet-5 on a microcontroller: weights and pictures in flash, one static workspace, nothing allocated.
 *
 * The model checks itself first; then each picture is one line: the answer, and the ten values it was chosen from.
 */
#include "board.h"
#include "lenet5.h"

extern const float pictures[PICTURES][LENET5_INPUT_IMAGE_SIZE]; /* pictures.S */

/* The only memory of the net. The self-test takes a little more than a session, and is over before it. */
static FOVEA_ALIGNED(64) unsigned char workspace[LENET5_SELFTEST_BYTES];

static fovea_status open_checked(lenet5_model *model, lenet5_session *session)
{
    fovea_status status = lenet5_open(model, lenet5_weights, sizeof lenet5_weights);
    if (status == FOVEA_OK)
        status = lenet5_verify(model);
    if (status == FOVEA_OK)
        status = lenet5_selftest(model, workspace, sizeof workspace);
    if (status == FOVEA_OK)
        status = lenet5_session_open(session, model, workspace, sizeof workspace, 1);
    return status;
}

int main(void)
{
    lenet5_model model;
    lenet5_session session;
    fovea_status status = open_checked(&model, &session);
    if (status != FOVEA_OK) {
        board_print(fovea_status_text(status));
        board_print("\n");
        return (int)status;
    }
    for (int p = 0; p < PICTURES; p++) {
        float logits[LENET5_OUTPUT_LOGITS_SIZE];
        fovea_score best;
        lenet5_run(&session, &(lenet5_inputs){pictures[p]}, &(lenet5_outputs){logits});
        fovea_top(logits, LENET5_OUTPUT_LOGITS_SIZE, 1, &best);
        board_print(lenet5_logits_labels[best.index]);
        board_print(":");
        for (int i = 0; i < LENET5_OUTPUT_LOGITS_SIZE; i++)
            board_print_number(logits[i], 4);
        board_print("\n");
    }
    board_print("stack used, bytes:");
    board_print_number((float)board_stack_used(), 0);
    board_print("\n");
    return 0;
}
