// The C++ twins that the kernels are measured against, g++ -O3 -march=native: whole numbers in place of floating point,
// one table look-up for a displacement, candidates of a stretch of sites fetched ahead, one pass that finds roots and
// flips.
//
//   swendsen_wang long-range L SWEEPS BETA  < table of J(r), L*L doubles
//   swendsen_wang nearest    L SWEEPS BETA
//
// Prints ns per spin per sweep, in CPU time, and <m^2> so that the two programs can be seen to agree.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>
#include <vector>

struct Xoshiro {
    uint64_t s[4];
    explicit Xoshiro(uint64_t seed) {
        for (auto& word : s) {
            uint64_t z = (seed += 0x9e3779b97f4a7c15ULL);
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
            z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
            word = z ^ (z >> 31);
        }
    }
    using result_type = uint64_t;
    static constexpr uint64_t min() { return 0; }
    static constexpr uint64_t max() { return ~0ULL; }
    uint64_t operator()() {
        auto rotl = [](uint64_t x, int k) { return (x << k) | (x >> (64 - k)); };
        uint64_t result = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
        s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t; s[3] = rotl(s[3], 45);
        return result;
    }
    // A whole number below n, from the upper half of a word.
    static uint32_t below(uint64_t word, uint64_t n) { return uint32_t(((word >> 32) * n) >> 32); }
};

static std::vector<uint32_t> parent;
static uint32_t find(uint32_t x) {
    while (parent[x] != x) { parent[x] = parent[parent[x]]; x = parent[x]; }
    return x;
}
static void join(uint32_t a, uint32_t b) {
    a = find(a); b = find(b);
    if (a < b) parent[b] = a; else parent[a] = b;
}
static uint32_t digits(double probability) {  // in units of 2^-32
    return uint32_t(std::min(4294967295.0, probability * 4294967296.0));
}

int main(int argc, char** argv) {
    if (argc < 5) { std::fprintf(stderr, "usage: swendsen_wang long-range|nearest L SWEEPS BETA\n"); return 2; }
    bool long_range = !std::strcmp(argv[1], "long-range");
    uint32_t L = std::atoi(argv[2]), N = L * L;
    int sweeps = std::atoi(argv[3]);
    double beta = std::atof(argv[4]);
    Xoshiro rng(1);
    std::vector<int8_t> spin(N, 1);
    std::vector<uint8_t> flips(N);
    parent.resize(N);

    std::vector<uint32_t> chance(N), alias(N), column(N), shift(N);  // of displacements: Walker's table, and parts
    double total = 0;
    if (long_range) {
        std::vector<double> J(N), share(N);
        if (std::fread(J.data(), sizeof(double), N, stdin) != size_t(N)) return 2;
        for (double j : J) total += j;
        std::vector<uint32_t> small, large;
        for (uint32_t k = 0; k < N; k++) {
            share[k] = J[k] * N / total;
            alias[k] = k;
            (share[k] < 1 ? small : large).push_back(k);
        }
        while (!small.empty() && !large.empty()) {
            uint32_t low = small.back(), high = large.back();
            small.pop_back();
            alias[low] = high;
            share[high] -= 1 - share[low];
            if (share[high] < 1) { large.pop_back(); small.push_back(high); }
        }
        for (uint32_t k = 0; k < N; k++) {
            chance[k] = alias[k] == k ? ~0u : digits(share[k]);
            column[k] = k % L;
            shift[k] = k - column[k];
        }
    }
    const uint32_t stretch = std::min(N, 1024u);  // sites whose candidates are drawn together
    std::vector<uint32_t> from, to;
    std::poisson_distribution<int64_t> trials(long_range ? stretch * beta * total : 1.0);
    uint32_t p = digits(1 - std::exp(-2 * beta));
    double m2 = 0;
    std::clock_t start = std::clock();
    for (int sweep = -sweeps / 5; sweep < sweeps; sweep++) {
        if (sweep == 0) start = std::clock();
        for (uint32_t i = 0; i < N; i++) parent[i] = i;
        if (long_range) {
            for (uint32_t first = 0; first < N; first += stretch) {
                int64_t count = trials(rng);
                from.resize(count);
                to.resize(count);
                for (int64_t n = 0; n < count; n++) {
                    uint32_t i = first + Xoshiro::below(rng(), stretch);
                    uint64_t word = rng();
                    uint32_t r = Xoshiro::below(word, N);
                    if (uint32_t(word) >= chance[r]) r = alias[r];
                    uint32_t b = column[i], rows = i - b + shift[r], c = b + column[r];
                    if (rows >= N) rows -= N;
                    if (c >= L) c -= L;
                    from[n] = i;
                    to[n] = rows + c;
                    __builtin_prefetch(&parent[rows + c]);
                    __builtin_prefetch(&spin[rows + c]);
                }
                for (int64_t n = 0; n < count; n++)
                    if (spin[from[n]] == spin[to[n]]) join(from[n], to[n]);
            }
        } else {
            for (uint32_t a = 0; a < L; a++) {
                uint32_t here = a * L, below = a + 1 < L ? here + L : 0;
                for (uint32_t b = 0; b < L; b++) {
                    uint32_t i = here + b, right = b + 1 < L ? i + 1 : here;
                    uint64_t word = rng();
                    if (spin[i] == spin[right] && uint32_t(word >> 32) < p) join(i, right);
                    if (spin[i] == spin[below + b] && uint32_t(word) < p) join(i, below + b);
                }
            }
        }
        int64_t M = 0;
        uint64_t bits = 0;
        int left = 0;
        for (uint32_t i = 0; i < N; i++) {  // a root is the smallest site of its cluster, and is met first
            if (parent[i] == i) {
                if (left == 0) { bits = rng(); left = 64; }
                flips[i] = bits & 1;
                bits >>= 1;
                left--;
            } else {
                parent[i] = parent[parent[i]];
                flips[i] = flips[parent[i]];
            }
            if (flips[i]) spin[i] = -spin[i];
            M += spin[i];
        }
        if (sweep >= 0) m2 += double(M) * M / N / N;
    }
    double seconds = double(std::clock() - start) / CLOCKS_PER_SEC;
    std::printf("%.3f %.6f\n", seconds / sweeps / N * 1e9, m2 / sweeps);
}
