using static Dyad.Tests.Unit.Algorithms.OnPolicyReplay;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>
/// The total derivative of the leading on-policy actor in double: theorem 1 and proposition 1 of Zheng et al. 2021 (with the factor
/// 2 of the one and the discount of the other), and what the authors' code makes of them.
/// </summary>
internal sealed class EpisodeReference(EpochSetting setting, OnPolicyReplay replay, ReferenceNetwork network, double[] w, int epoch)
{
    // A step with A_t, what its score is weighted by, and what the critic regresses on.
    private sealed record Row(ReplayedStep Step, double Advantage, double Weight, double Return);

    /// <summary>What theta descends along.</summary>
    /// <param name="steps">The epoch.</param>
    /// <param name="advantages">A_t, not normalised and without gamma^t.</param>
    /// <param name="weights">What the plain gradient weights scores by.</param>
    /// <param name="returns">What the critic regresses on.</param>
    /// <param name="plain">The plain gradient.</param>
    /// <param name="deviation">What the plain gradient's advantages were divided by.</param>
    /// <param name="metrics">Receives the number of stretches.</param>
    public double[] Direction(ReplayedStep[] steps, double[] advantages, double[] weights, double[] returns, double[] plain, double deviation,
        Dictionary<string, double> metrics)
    {
        List<Row[]> stretches = [];
        for (int t = 0, first = 0; t < steps.Length; t++)
        {
            if (steps[t].Last)
            {
                stretches.Add([.. Enumerable.Range(first, t + 1 - first).Select(i => new Row(steps[i], advantages[i], weights[i], returns[i]))]);
                first = t + 1;
            }
        }

        // J is taken per step, as the plain gradient's.
        double unit = stretches.Count / (steps.Length * deviation);
        Row[][][] batches = Batches([.. stretches.Take(Math.Max(1, (int)Math.Round(stretches.Count * setting.Share)))]);
        metrics["train/implicit_episodes"] = batches.Sum(batch => batch.Length);
        Row[][] direct = batches[0], inFollower = batches[1 % batches.Length], curved = batches[2 % batches.Length], coupled = batches[3 % batches.Length];

        double[] own = setting.Q ? Scaled(Firsts(direct, row => Value(row.Step)), -unit)
            : setting.Form == "one-step" ? Scaled(Firsts(direct, row => row.Step.R + (row.Step.Terminated ? 0 : Gamma * network.Value(w, row.Step.Next)[0])), -unit)
            : plain;
        double[] x = Solve(Curvature(curved), InFollower(inFollower, unit));
        double[] subtracted = Coupled(coupled, x);
        double bound = setting.Bound * Norm(own), length = Norm(subtracted);
        subtracted = setting.Bound > 0 && length > bound ? Scaled(subtracted, bound / length) : subtracted;
        double[] total = [.. own.Zip(subtracted, (a, b) => a - b)];
        return setting.LengthOnly ? Scaled(plain, Norm(total) / Norm(plain)) : total;
    }

    // Of each factor, or one for all.
    private Row[][][] Batches(Row[][] stretches)
    {
        int count = setting.Independent ? 4 : 1, groups = Math.Min(stretches.Length, count);
        return [.. Enumerable.Range(0, count).Select(factor =>
            stretches.Where((_, number) => number % groups == factor % groups).ToArray())];
    }

    // D_w f1: of -E[V(s_0)], -E[r_0 + gamma V(s_1)], -E[Q(s_0, a_0)], or -V averaged over all steps.
    private double[] InFollower(Row[][] batch, double unit)
    {
        double[] gradient = new double[w.Length];
        Row[] rows = setting.Form == "as-published" ? [.. batch.SelectMany(stretch => stretch)] : [.. batch.Select(stretch => stretch[0])];
        foreach (Row row in rows)
        {
            if (setting.Form == "one-step")
            {
                network.AddGradient(gradient, w, row.Step.Next, [1], row.Step.Terminated ? 0 : -Gamma * unit / rows.Length);
            }
            else
            {
                AddValueGradient(gradient, w, row.Step, -(setting.Form == "as-published" ? 1 : unit) / rows.Length);
            }
        }

        return gradient;
    }

    // D_ww L + lambda I, L = mean of (V - G)^2 over the first steps, as published over all; the Hessian by differences of gradients.
    private double[][] Curvature(Row[][] batch)
    {
        Row[] rows = setting.Form == "as-published" ? [.. batch.SelectMany(stretch => stretch)] : [.. batch.Select(stretch => stretch[0])];
        int n = w.Length;
        double damping = setting.Damping * (setting.DampingDecay > 0 ? Math.Exp(-epoch / setting.DampingDecay) : 1);
        double[][] matrix = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Select(j => i == j ? damping : 0).ToArray())];
        if (setting.Curvature == "gauss-newton")
        {
            foreach (Row row in rows)
            {
                double[] g = new double[n];
                AddValueGradient(g, w, row.Step, 1);
                for (int i = 0; i < n; i++)
                {
                    for (int j = 0; j < n; j++)
                    {
                        matrix[i][j] += 2 * g[i] * g[j] / rows.Length;
                    }
                }
            }

            return matrix;
        }

        double[] Slope(double[] at)
        {
            double[] gradient = new double[n];
            foreach (Row row in rows)
            {
                AddValueGradient(gradient, at, row.Step, 2 * (Value(row.Step, at) - row.Return) / rows.Length);
            }

            return gradient;
        }

        const double H = 1e-5;
        for (int i = 0; i < n; i++)
        {
            double[] up = [.. w], down = [.. w];
            up[i] += H;
            down[i] -= H;
            double[] above = Slope(up), below = Slope(down);
            for (int j = 0; j < n; j++)
            {
                matrix[i][j] += (above[j] - below[j]) / (2 * H);
            }
        }

        return matrix;
    }

    // (D_theta D_w L)' x
    private double[] Coupled(Row[][] batch, double[] x)
    {
        double Along(ReplayedStep step)
        {
            double[] g = new double[w.Length];
            AddValueGradient(g, w, step, 1);
            return g.Zip(x, (a, b) => a * b).Sum();
        }

        if (setting.Form == "as-published")
        {
            // 2 grad V(s_0) times the gradient of -mean of A_t log pi
            Row[] rows = [.. batch.SelectMany(stretch => stretch)];
            return replay.Scores(rows.Select(row => (row.Step, -2 * Along(rows[0].Step) * row.Weight / rows.Length)));
        }

        return replay.Scores(batch.SelectMany(stretch => stretch.Select((row, t) =>
        {
            // Q: 2 E[grad Q ((Q - G_0) score_0 - sum from t = 1 on of gamma^t A_t score_t)'];  V: -2 E[grad V (the sum from t = 0 on)']
            double later = -Math.Pow(Gamma, t) * row.Advantage;
            double weight = setting.Q && t == 0 ? Value(row.Step) - row.Return : later;
            return (row.Step, 2 * Along(stretch[0].Step) * weight / batch.Length);
        })));
    }

    private double[] Firsts(Row[][] batch, Func<Row, double> weight) =>
        replay.Scores(batch.Select(stretch => (stretch[0].Step, weight(stretch[0]) / batch.Length)));

    private double Value(ReplayedStep step) => Value(step, w);

    private double Value(ReplayedStep step, double[] at) =>
        network.Value(at, EpochReference.Input(setting, step)).Zip(EpochReference.Picked(setting, replay, step), (y, p) => y * p).Sum();

    private void AddValueGradient(double[] gradient, double[] at, ReplayedStep step, double weight) =>
        network.AddGradient(gradient, at, EpochReference.Input(setting, step), EpochReference.Picked(setting, replay, step), weight);

    private static double[] Scaled(double[] x, double factor) => [.. x.Select(y => factor * y)];

    private static double Norm(double[] x) => Math.Sqrt(x.Sum(y => y * y));

    // By elimination with pivots.
    private static double[] Solve(double[][] matrix, double[] b)
    {
        int n = b.Length;
        double[] x = [.. b];
        for (int k = 0; k < n; k++)
        {
            int pivot = Enumerable.Range(k, n - k).MaxBy(i => Math.Abs(matrix[i][k]));
            (matrix[k], matrix[pivot]) = (matrix[pivot], matrix[k]);
            (x[k], x[pivot]) = (x[pivot], x[k]);
            for (int i = k + 1; i < n; i++)
            {
                double factor = matrix[i][k] / matrix[k][k];
                x[i] -= factor * x[k];
                for (int j = k; j < n; j++)
                {
                    matrix[i][j] -= factor * matrix[k][j];
                }
            }
        }

        for (int i = n - 1; i >= 0; i--)
        {
            x[i] = (x[i] - Enumerable.Range(i + 1, n - i - 1).Sum(j => matrix[i][j] * x[j])) / matrix[i][i];
        }

        return x;
    }
}
