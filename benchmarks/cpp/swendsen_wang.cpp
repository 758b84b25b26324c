// The plain C++ twins that the kernels are measured against: what a careful physicist writes first, g++ -O3.
//
//   swendsen_wang long-range L SWEEPS BETA  < table of J(r), L*L doubles
//   swendsen_wang nearest    L SWEEPS BETA
//
// Prints ns per spin per sweep, in CPU time, and <m^2> (improved) so that the two programs can be seen to agree.
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
    double uniform() { return double((*this)() >> 11) * 0x1p-53; }
};

static std::vector<int> parent;
static int find(int x) {
    while (parent[x] != x) { parent[x] = parent[parent[x]]; x = parent[x]; }
    return x;
}
static void join(int a, int b) {
    a = find(a); b = find(b);
    if (a < b) parent[b] = a; else parent[a] = b;
}

int main(int argc, char** argv) {
    if (argc < 5) { std::fprintf(stderr, "usage: swendsen_wang long-range|nearest L SWEEPS BETA\n"); return 2; }
    bool long_range = !std::strcmp(argv[1], "long-range");
    int L = std::atoi(argv[2]), sweeps = std::atoi(argv[3]), N = L * L;
    double beta = std::atof(argv[4]);
    Xoshiro rng(1);
    std::vector<int8_t> spin(N, 1);
    std::vector<int> size(N);
    parent.resize(N);

    std::vector<double> probability(N, 1.0);
    std::vector<int> alias(N);
    double total = 0;
    if (long_range) {
        std::vector<double> J(N);
        if (std::fread(J.data(), sizeof(double), N, stdin) != size_t(N)) return 2;
        for (double j : J) total += j;
        std::vector<int> small, large;
        for (int k = 0; k < N; k++) {
            probability[k] = J[k] * N / total;
            alias[k] = k;
            (probability[k] < 1 ? small : large).push_back(k);
        }
        while (!small.empty() && !large.empty()) {
            int low = small.back(), high = large.back();
            small.pop_back();
            alias[low] = high;
            probability[high] -= 1 - probability[low];
            if (probability[high] < 1) { large.pop_back(); small.push_back(high); }
        }
    }
    std::poisson_distribution<int64_t> trials(long_range ? N * beta * total : 1.0);
    double p = 1 - std::exp(-2 * beta), m2 = 0;
    std::clock_t start = std::clock();
    for (int sweep = -sweeps / 5; sweep < sweeps; sweep++) {
        if (sweep == 0) start = std::clock();
        for (int i = 0; i < N; i++) parent[i] = i;
        if (long_range) {
            for (int64_t n = trials(rng); n > 0; n--) {
                int i = int(rng.uniform() * N);
                double x = rng.uniform() * N;
                int r = int(x);
                if (x - r >= probability[r]) r = alias[r];
                int a = i / L + r / L, b = i % L + r % L;
                if (a >= L) a -= L;
                if (b >= L) b -= L;
                int j = a * L + b;
                if (spin[i] == spin[j]) join(i, j);
            }
        } else {
            for (int a = 0; a < L; a++)
                for (int b = 0; b < L; b++) {
                    int i = a * L + b, right = a * L + (b + 1) % L, down = (a + 1) % L * L + b;
                    if (spin[i] == spin[right] && rng.uniform() < p) join(i, right);
                    if (spin[i] == spin[down] && rng.uniform() < p) join(i, down);
                }
        }
        double second = 0;
        for (int i = 0; i < N; i++) {
            int root = find(i);
            if (root == i) {
                size[i] = 1;
                if (rng() >> 63) spin[i] = -spin[i];
            } else {
                size[root]++;
                spin[i] = spin[root];
            }
        }
        for (int i = 0; i < N; i++)
            if (parent[i] == i) second += double(size[i]) * size[i];
        if (sweep >= 0) m2 += second / N / N;
    }
    double seconds = double(std::clock() - start) / CLOCKS_PER_SEC;
    std::printf("%.3f %.6f\n", seconds / sweeps / N * 1e9, m2 / sweeps);
}
