/* nearest.c - "did you mean": the word with the fewest edits (see diag.h).
 *
 * An edit is a letter more, a letter less, another letter, or two neighbours swapped. Letter case is no edit, so that
 * "ReLU" finds "relu". A word of length n may be n/3 edits away; words over WORD_LIMIT letters are not looked at.
 */
#include "support/diag.h"

#include <ctype.h>

enum { WORD_LIMIT = 64 };

static int lower(char letter)
{
    return tolower((unsigned char)letter);
}

/* Edits from a to b, by rows of the usual table: `row[j]` is the distance of a's first i letters to b's first j. */
static int edit_distance(const char *a, int a_length, const char *b, int b_length)
{
    int rows[3][WORD_LIMIT + 1];
    int *before = rows[0], *last = rows[1], *row = rows[2];
    for (int j = 0; j <= b_length; j++)
        last[j] = j;
    for (int i = 1; i <= a_length; i++) {
        row[0] = i;
        for (int j = 1; j <= b_length; j++) {
            bool same = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = MIN(last[j - 1] + !same, MIN(last[j], row[j - 1]) + 1);
            bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped)
                row[j] = MIN(row[j], before[j - 2] + 1);
        }
        int *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[b_length];
}

const char *nearest_word(const char *word, const char *const *candidates, size_t count)
{
    size_t length = strlen(word);
    if (!length || length > WORD_LIMIT)
        return NULL;
    const char *nearest = NULL;
    int least = (int)length / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(candidates[i]);
        size_t apart = other > length ? other - length : length - other;
        if (other > WORD_LIMIT || apart >= (size_t)least || !strcmp(word, candidates[i]))
            continue;
        int edits = edit_distance(word, (int)length, candidates[i], (int)other);
        if (edits < least) {
            least = edits;
            nearest = candidates[i];
        }
    }
    return nearest;
}
