/* cases.h - `fovea check DIR`: ONNX test cases, run on targets and compared with what they say comes out.
 *
 * A case is a folder with model.onnx and test_data_set_K/{input,output}_J.pb: tensors in the order of the model's
 * inputs and outputs. Each is one line:
 *
 *   test_relu: pass (1 kernel)
 *   test_lstm: refused: node 'lstm' (LSTM, opset 14): this operator is not supported
 *   test_x: WRONG: output 'y': at most 0.25 off, on avx2
 *
 * An element agrees when |got - wanted| <= 1e-5 + 1e-3 * |wanted|; integers and booleans when they are equal.
 */
#ifndef FOVEA_DRIVER_CASES_H
#define FOVEA_DRIVER_CASES_H

#include "driver/options.h"

/* Whether `check` of this path is about cases: it is a folder. */
bool is_case_folder(const char *path);

/* Every case at or below the folder; the last line counts them. false when one is wrong, or after a diagnostic. */
bool check_cases(Diag *diag, const char *folder, const Options *options);

#endif
