using Dyad.Numerics;
using static Dyad.Tests.Unit.Algorithms.Replays.ReferenceMath;

namespace Dyad.Tests.Unit.Algorithms.Replays;

/// <summary>
/// An actor and a critic with a cost each, who follow their gradients, or of whom one leads and follows its total derivative
/// (Zheng et al. 2021, algorithms 1 and 2, eq. 15 and 16).
/// </summary>
internal abstract class ReferenceGame : ReferenceAgent
{
    private readonly ReferenceAdam _actorSteps;
    private readonly ReferenceAdam _criticSteps;
    private ReferenceBatch[] _batches = [];
    private int _leaderUpdates;
    private int _updates;
    private bool _compared;

    protected ReferenceGame(ReplaySettings settings, RandomStream stream, int actorOutputs, int critics) : base(settings, stream)
    {
        int[] hidden = [.. Enumerable.Repeat(settings.HiddenWidth, settings.HiddenLayers)];
        PolicyNetwork = new ReferenceNetwork([ScriptedTask.ObservationSize, .. hidden, actorOutputs]);
        CriticNetwork = settings.IsFinite
            ? new ReferenceNetwork([ScriptedTask.ObservationSize, .. hidden, ScriptedTask.ActionCount])
            : new ReferenceNetwork([ScriptedTask.ObservationSize + ScriptedTask.ActionSize, .. hidden, 1]);
        Critics = critics;
        Theta = Keep("actor", PolicyNetwork.Drawn(stream.Split("actor")), settings.ActorLearningRate);
        RandomStream random = stream.Split("critic");
        string second = settings.TwinsAlike ? "q1" : "q2";
        W = Keep(
            "critic",
            critics == 0 ? CriticNetwork.Drawn(random)
                : [.. CriticNetwork.Drawn(random.Split("q1")), .. critics == 2 ? CriticNetwork.Drawn(random.Split(second)) : []],
            settings.CriticLearningRate);
        Bar = [.. W];
        _actorSteps = Adam(settings.ActorLearningRate, "actor_gradient", settings.ActorRatePower);
        _criticSteps = Adam(settings.CriticLearningRate, "critic_gradient", settings.CriticRatePower);
    }

    protected ReferenceNetwork PolicyNetwork { get; }

    protected ReferenceNetwork CriticNetwork { get; }

    /// <summary>Q1 and Q2, or 1; 0 for a single one that is drawn without a name.</summary>
    protected int Critics { get; }

    protected double[] Theta { get; }

    protected double[] W { get; }

    /// <summary>wbar.</summary>
    protected double[] Bar { get; }

    protected ReferenceResidual? Correction { get; set; }

    /// <summary>The batch of the last draw.</summary>
    protected ReferenceBatch Batch => _batches[0];

    /// <summary>Q_i(s, a).</summary>
    protected double Q(ReadOnlySpan<double> w, int i, double[] s, double[] a) =>
        CriticNetwork.ActionValue(w.Slice(i * CriticNetwork.Count, CriticNetwork.Count), s, a);

    /// <summary>What the actor follows: Q_i, or Q_i + W_i.</summary>
    protected double Followed(double[] w, int i, double[] s, double[] a, bool corrected) =>
        Q(w, i, s, a) + (corrected && Correction is { } residual ? residual.Value(i, s, a) : 0);

    /// <summary>-J(theta, w).</summary>
    protected abstract double ActorCost(double[] theta, double[] w, ReferenceBatch batch, bool corrected = true);

    /// <summary>The actor's cost as a function of w, for a leading actor.</summary>
    protected abstract double ReplayedCost(double[] w, ReferenceBatch batch);

    /// <summary>y of each row.</summary>
    protected abstract double[] Targets(double[] theta, ReferenceBatch batch);

    protected abstract ReferenceBatch Draw();

    /// <summary>Lets the actor follow a corrected critic, where the settings say so.</summary>
    /// <param name="critics">How many of the critics are corrected.</param>
    /// <param name="next">a' of theta, s' and noise, and -alpha log pi(a'|s').</param>
    protected void Correct(int critics, Func<double[], double[], double[], (double[] Action, double Entropy)> next)
    {
        if (!Settings.Residual)
        {
            return;
        }

        RandomStream random = Stream.Split("residual"), replay = random.Split("replay"), updates = random.Split("updates");
        Correction = new ReferenceResidual(Settings, CriticNetwork, random, critics)
        {
            Draw = () => Draw(replay, updates, noise: false, nextNoise: true),
            Next = next,
            TargetValue = (i, s, a) => Q(Bar, i, s, a),
            CriticValue = (w, i, s, a) => Q(w, i, s, a),
            Record = Record,
            Steps = Adam(Settings.ResidualLearningRate, "residual_gradient"),
            RecordErrors = RecordErrors,
        };
        Keep("residual", Correction.Psi, Settings.ResidualLearningRate);
        Keep("target_residual", Correction.Bar, Settings.ResidualLearningRate);
    }

    /// <summary>What moves with each step of the critic, and once the actor has moved, and at the end of an update.</summary>
    protected virtual void AfterCritic()
    {
    }

    protected virtual void AfterActor(ReferenceBatch batch, double[] theta)
    {
    }

    protected virtual void AfterUpdate()
    {
    }

    // L = sum over the critics of mean (Q_i(s, a) - y)^2.
    private double CriticCost(double[] y, double[] w, ReferenceBatch batch)
    {
        double sum = 0;
        for (int i = 0; i < Math.Max(1, Critics); i++)
        {
            for (int k = 0; k < y.Length; k++)
            {
                double error = Q(w, i, batch.Rows[k].S, batch.Rows[k].A) - y[k];
                sum += error * error;
            }
        }

        return sum / y.Length;
    }

    // The same as a function of theta.
    private double Coupling(double[] theta, double[] w, ReferenceBatch batch) =>
        CriticCost(Targets(Settings.TargetGradient ? theta : Theta, batch), w, batch);

    protected sealed override void Update()
    {
        int criticSteps = Settings.CriticUpdates * Settings.StepsOf("critic"), actorSteps = Settings.StepsOf("actor");
        if (++_updates % Settings.ActorDelay != 0)
        {
            MoveCritic(criticSteps);
            return;
        }

        if (Settings.Order == "simultaneous")
        {
            // Both directions at one point; the leader moves last, further steps of the follower see it where it was.
            Correction?.Learn(Theta, W);
            DrawAll();
            (double[] critic, double[] actor) = (CriticDirection(), ActorDirection());
            (ReferenceBatch batch, double[] theta) = (Batch, [.. Theta]);
            if (actorSteps == 1)
            {
                StepCritic(critic);
                MoveCritic(criticSteps - 1);
                StepActor(actor, batch, theta);
            }
            else
            {
                StepActor(actor, batch, theta);
                MoveActor(actorSteps - 1);
                StepCritic(critic);
            }
        }
        else
        {
            double[] old = [.. W];
            MoveCritic(criticSteps);
            Correction?.Learn(Theta, W);
            StepActor(ActorDirection(Settings.ActorFollowsOldCritic ? old : W), Batch, [.. Theta]);
            MoveActor(actorSteps - 1);
        }

        AfterUpdate();
    }

    private void MoveCritic(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            DrawAll();
            StepCritic(CriticDirection());
        }
    }

    private void MoveActor(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            DrawAll();
            StepActor(ActorDirection(), Batch, [.. Theta]);
        }
    }

    private void DrawAll() => _batches = [.. Enumerable.Range(0, Settings.IndependentBatches ? 4 : 1).Select(_ => Draw())];

    private void StepCritic(double[] direction)
    {
        _criticSteps.Move(W, direction);
        AfterCritic();
    }

    private void StepActor(double[] direction, ReferenceBatch batch, double[] theta)
    {
        if (Correction is not null && !_compared)
        {
            _compared = true;
            double[] plain = Gradient(x => ActorCost(x, W, Batch, corrected: false), Theta);
            double[] corrected = Gradient(x => ActorCost(x, W, Batch), Theta);
            Record("residual_share", Norm([.. plain.Zip(corrected, (g, h) => h - g)]) / Norm(plain));
            Record("residual_cosine", Dot(plain, corrected) / Norm(plain) / Norm(corrected));
        }

        _actorSteps.Move(Theta, direction);
        AfterActor(batch, theta);
    }

    private double[] CriticDirection()
    {
        double[] y = Targets(Theta, Batch);
        Record("critic_loss", CriticCost(y, W, Batch));
        if (Settings.Method.Contains("td3", StringComparison.Ordinal))
        {
            Record("mean_q", Batch.Rows.Average(row => Q(W, 0, row.S, row.A)));
        }

        if (Settings.TdErrors && Correction is null)
        {
            RecordErrors([.. Enumerable.Range(0, Math.Max(1, Critics)).SelectMany(i => Batch.Rows.Select((row, k) => y[k] - Q(W, i, row.S, row.A)))]);
        }

        double[] direct = Gradient(w => CriticCost(y, w, Batch), W);
        return !Settings.IsLedBy("critic") ? direct : Total(
            direct,
            Gradient(theta => Coupling(theta, W, Factor(1)), Theta),
            Hessian(theta => ActorCost(theta, W, Factor(2)), Theta, Theta.Length),
            x => Mixed((w, theta) => ActorCost(theta, w, Factor(3)), W, Theta, x));
    }

    private double[] ActorDirection(double[]? critic = null)
    {
        double[] w = critic ?? W, y = Targets(Theta, Factor(2));
        Record("actor_loss", OwnCost(Theta, w, Batch));
        double[] direct = Gradient(theta => OwnCost(theta, w, Batch), Theta);
        return !Settings.IsLedBy("actor") ? direct : Total(
            direct,
            Gradient(v => Settings.LeaderDerivative == "current-action" ? OwnCost(Theta, v, Factor(1)) : ReplayedCost(v, Factor(1)), w),
            Settings.Curvature == "hessian"
                ? Hessian(v => CriticCost(y, v, Factor(2)), w, CriticNetwork.Count)
                : GaussNewton(w, Factor(2)),
            x => Mixed((theta, v) => Coupling(theta, v, Factor(3)), Theta, w, x));
    }

    // A leader's own cost, over the batch or, times 1 - gamma, over starts (Wen et al. 2021, eq. 43).
    private double OwnCost(double[] theta, double[] w, ReferenceBatch batch) => !Settings.LeadsFromStarts
        ? ActorCost(theta, w, batch)
        : (Settings.StartsUnweighted ? 1 : 1 - Settings.Discount) * ActorCost(theta, w, batch.Starts!);

    private ReferenceBatch Factor(int i) => _batches[i % _batches.Length];

    // D1 f1 - (D12 f2)' (D22 f2 + lambda I)^-1 D2 f1, the second part no longer than the bound times the first.
    private double[] Total(double[] direct, double[] leaderInFollower, double[][] curvature, Func<double[], double[]> mixed)
    {
        double damping = Settings.Damping
            * (Settings.DampingSchedule == "exponential" ? Math.Exp(-_leaderUpdates++ / Settings.DampingDecaySteps) : 1);
        double[] part = mixed(Solve(curvature, damping, leaderInFollower));
        Record("direct_norm", Norm(direct));
        Record("implicit_norm", Norm(part));
        Record("damping", damping);
        double factor = Settings.ImplicitBound == 0 ? 1 : Math.Min(1, Settings.ImplicitBound * Norm(direct) / Norm(part));
        return [.. direct.Zip(part, (d, p) => d - (factor * p))];
    }

    // (2/n) J'J, J the derivatives of the n predictions, summed over the critics.
    private double[][] GaussNewton(double[] w, ReferenceBatch batch)
    {
        double[][] matrix = [.. w.Select(_ => new double[w.Length])];
        for (int i = 0; i < Math.Max(1, Critics); i++)
        {
            foreach (Transition row in batch.Rows)
            {
                double[] gradient = Gradient(v => Q(v, i, row.S, row.A), w);
                for (int j = 0; j < w.Length; j++)
                {
                    for (int k = 0; k < w.Length; k++)
                    {
                        matrix[j][k] += 2 * gradient[j] * gradient[k] / batch.Rows.Length;
                    }
                }
            }
        }

        return matrix;
    }
}
