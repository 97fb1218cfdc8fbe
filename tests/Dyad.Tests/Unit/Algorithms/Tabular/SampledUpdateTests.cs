using Dyad.Core;
using static Dyad.Tests.Unit.Algorithms.Tabular.TabularReplay;

namespace Dyad.Tests.Unit.Algorithms.Tabular;

/// <summary>The learners of Wen et al. (2021), appendix D.1.2, replayed from their first update on by the equations there.</summary>
[Trait("Category", "unit")]
public sealed class SampledUpdateTests
{
    // Rounding is magnified where a gradient is 0 but for rounding; a factor that Adam takes out but for its epsilon is still seen.
    private const double Tolerance = 5e-9;

    private const int Length = 9, Starts = 5, Updates = 6;
    private const double ActorRate = 0.3, CriticRate = 0.2, ResCriticRate = 0.15;

    private readonly TabularReplay _replay = new();
    private readonly ReferenceAdam _actor = new(ActorRate), _critic = new(CriticRate), _resCritic = new(ResCriticRate);
    private readonly List<int> _starts = [];
    private double[] _theta = new double[Pairs], _q = new double[Pairs], _w = new double[Pairs];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Algorithm_1_ascends_at_start_states(bool sumOverActions)
    {
        IIterative learner = Make("actor-o", sumOverActions, ("batch_size", "5"));
        for (int update = 0; update < Updates; update++)
        {
            (int[] S, int[] A, double[] R) episode = Play();
            double[] gradient = new double[Pairs];
            AddStarts(gradient, sumOverActions);
            _theta = _actor.Ascend(_theta, gradient);
            _q = _critic.Descend(_q, CriticGradient(episode, _q, episode.R));
            Check(learner);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Algorithm_2_ascends_at_the_states_of_the_episode(bool sumOverActions)
    {
        IIterative learner = Make("actor-g", sumOverActions);
        for (int update = 0; update < Updates; update++)
        {
            (int[] S, int[] A, double[] R) episode = Play();
            _theta = _actor.Ascend(_theta, VisitedGradient(episode, _q, sumOverActions));
            _q = _critic.Descend(_q, CriticGradient(episode, _q, episode.R));
            Check(learner);
        }
    }

    [Theory]
    [InlineData(false, 0.5)]
    [InlineData(true, 0.01)]
    public void Algorithm_3_adds_what_the_follower_answers(bool sumOverActions, double damping)
    {
        IIterative learner = Make("stack-ac", sumOverActions, ("batch_size", "5"), ("damping", FormattableString.Invariant($"{damping}")));
        for (int update = 0; update < Updates; update++)
        {
            (int[] S, int[] A, double[] R) episode = Play();
            double[] gradient = new double[Pairs];
            AddStarts(gradient, sumOverActions);

            // -(d_theta d_q^semi J_q)' (diag(2 n / |B|) + eta)^-1 (n / |B|), J_q's target being r + gamma sum_a pi(a|s') q(s', a)
            double[] frequency = new double[Pairs];
            for (int t = 0; t < Length; t++)
            {
                frequency[Pair(episode.S[t], episode.A[t])] += 1.0 / Length;
            }

            for (int t = 0; t < Length; t++)
            {
                int pair = Pair(episode.S[t], episode.A[t]);
                double answer = frequency[pair] / ((2 * frequency[pair]) + damping), mixed = -2 * Gamma / Length;
                AddMeanScore(gradient, _theta, episode.S[t + 1], _q, -mixed * answer);
            }

            _theta = _actor.Ascend(_theta, gradient);
            _q = _critic.Descend(_q, CriticGradient(episode, _q, episode.R));
            Check(learner);
        }
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 3)]
    public void Algorithm_4_follows_the_sum_of_critic_and_res_critic(bool sumOverActions, int resCriticSteps)
    {
        IIterative learner = Make("res-ac", sumOverActions,
            ("res_critic_learning_rate", "0.15"), ("res_critic_steps", $"{resCriticSteps}"));
        for (int update = 0; update < Updates; update++)
        {
            (int[] S, int[] A, double[] R) episode = Play();
            _theta = _actor.Ascend(_theta, VisitedGradient(episode, [.. _q.Zip(_w, (q, w) => q + w)], sumOverActions));
            _q = _critic.Descend(_q, CriticGradient(episode, _q, episode.R));

            // delta' by the critic as it is now
            double[] errors = [.. Enumerable.Range(0, Length).Select(t => Error(episode, t, _q, episode.R[t]))];
            for (int step = 0; step < resCriticSteps; step++)
            {
                _w = _resCritic.Descend(_w, CriticGradient(episode, _w, errors));
            }

            Check(learner, "res-critic");
        }
    }

    private static int Pair(int s, int a) => (s * Actions) + a;

    // r + gamma q(s', a') - q(s, a)
    private static double Error((int[] S, int[] A, double[] R) episode, int t, double[] q, double reward) =>
        reward + (Gamma * q[Pair(episode.S[t + 1], episode.A[t + 1])]) - q[Pair(episode.S[t], episode.A[t])];

    // Of the mean of (q(s, a) - (r + gamma q'(s', a')))^2, q' held fixed.
    private static double[] CriticGradient((int[] S, int[] A, double[] R) episode, double[] q, double[] rewards)
    {
        double[] gradient = new double[Pairs];
        for (int t = 0; t < Length; t++)
        {
            gradient[Pair(episode.S[t], episode.A[t])] -= 2 * Error(episode, t, q, rewards[t]) / Length;
        }

        return gradient;
    }

    private static IIterative Make(string name, bool sumOverActions, params (string, string)[] options) => Learner(name,
    [
        ("actor_learning_rate", "0.3"), ("critic_learning_rate", "0.2"), ("episode_length", $"{Length}"),
        ("sum_over_actions", sumOverActions ? "true" : "false"), .. options,
    ]);

    private (int[] S, int[] A, double[] R) Play()
    {
        (int[] S, int[] A, double[] R) episode = _replay.Episode(_theta, Length);
        _starts.Add(episode.S[0]);
        return episode;
    }

    // Of the mean over B_O of log pi(a|s) q(s, a).
    private void AddStarts(double[] gradient, bool sumOverActions)
    {
        for (int i = 0; i < Starts; i++)
        {
            int s = _starts[_replay.Draws.Index(_starts.Count)], a = _replay.Draws.Categorical(Policy(_theta, s));
            AddEstimate(gradient, s, a, _q, 1.0 / Starts, sumOverActions);
        }
    }

    // Of the mean over B_D of log pi(a|s) x(s, a).
    private double[] VisitedGradient((int[] S, int[] A, double[] R) episode, double[] x, bool sumOverActions)
    {
        double[] gradient = new double[Pairs];
        for (int t = 0; t < Length; t++)
        {
            AddEstimate(gradient, episode.S[t], episode.A[t], x, 1.0 / Length, sumOverActions);
        }

        return gradient;
    }

    private void AddEstimate(double[] gradient, int s, int a, double[] x, double weight, bool sumOverActions)
    {
        if (sumOverActions)
        {
            AddMeanScore(gradient, _theta, s, x, weight);
        }
        else
        {
            AddScore(gradient, _theta, s, a, weight * x[Pair(s, a)]);
        }
    }

    private void Check(IIterative learner, string? third = null)
    {
        learner.Advance();
        SavedState state = SavedState.Of(learner.Serialize);
        Near.Equal(_theta, state.Doubles("logits"), Tolerance, "theta");
        Near.Equal(_q, state.Doubles("values"), Tolerance, "critic");
        if (third is not null)
        {
            Near.Equal(_w, state.Doubles("values", 1), Tolerance, third);
        }

        Assert.Equal(_starts.Count * Length, learner.Step);
    }
}
