using System.Numerics.Tensors;
using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Games;
using Dyad.Networks;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

namespace Dyad.Tests.Unit.Algorithms;

/// <summary>
/// What the published solve of BLPO, Nystrom of rank 5 from columns with a damping of 50, is on a critic of the published size: how far
/// from b / 50, and how far from a solution. In double, on a walk of 128 steps with rewards of 1 as in CartPole.
/// </summary>
[Trait("Category", "unit")]
public sealed class PublishedSolveTests(ITestOutputHelper output)
{
    private const int Rows = 128, Observations = 4;
    private const double Gamma = 0.99, Lambda = 0.95, Damping = 50;
    private const int Rank = 5;

    [Theory]
    [InlineData(64, 0)]
    [InlineData(64, 400)]
    public void From_columns_it_is_nearly_the_right_side_over_the_damping_which_is_no_solution(int width, int critic)
    {
        var setting = new Setting(width);
        setting.Regress(critic);
        (ICurvature<double> curvature, double[] b) = setting.System();
        double[] scaled = [.. b.Select(x => x / Damping)];
        double[] exact = new double[b.Length];
        new ConjugateGradient<double>(b.Length, 300, 1e-10).Solve(curvature, Damping, b, exact);
        foreach ((NystromSampling sampling, double jitter) in new[] { (NystromSampling.Columns, 1.0), (NystromSampling.Columns, 0), (NystromSampling.Directions, 0) })
        {
            double fromScaled = 0, residual = 0, nearest = double.PositiveInfinity;
            for (int seed = 0; seed < 10; seed++)
            {
                double[] x = new double[b.Length];
                SolveReport report = new Nystrom<double>(b.Length, Rank, new RandomStream(seed), sampling, jitter).Solve(curvature, Damping, b, x);
                fromScaled = Math.Max(fromScaled, Distance(x, scaled));
                nearest = Math.Min(nearest, Distance(x, exact));
                residual = Math.Max(residual, report.Residual);
            }

            output.WriteLine(FormattableString.Invariant(
                $"{critic} critic steps, {sampling}, jitter {jitter}: at most {fromScaled:F2} from b/rho, at least {nearest:F2} from the solution, residual at most {residual:F2}"));
            if ((sampling, jitter) == (NystromSampling.Columns, 1.0))
            {
                Assert.InRange(fromScaled, 1e-6, 0.2);
                Assert.InRange(nearest, 0.5, 5);
            }
        }

        double length = TensorPrimitives.Norm<double>(scaled) / TensorPrimitives.Norm<double>(exact), cosine = TensorPrimitives.CosineSimilarity<double>(scaled, exact);
        output.WriteLine(FormattableString.Invariant($"b/rho against the solution: {length:F2} times as long, cosine {cosine:F3}"));
        Assert.True(critic == 0 ? cosine < 0.9 : cosine > 0.99 && length > 2);
    }

    private static double Distance(double[] x, double[] y) => TensorPrimitives.Distance<double>(x, y) / TensorPrimitives.Norm<double>(y);

    private sealed class Setting
    {
        private readonly Parameters<double> _actor = new("actor"), _critic = new("critic");
        private readonly SegmentInputs<double> _batch = new(Rows, Observations);
        private readonly Game<double> _game;

        public Setting(int width)
        {
            var random = new RandomStream(1);
            var policy = new CategoricalPolicy<double>(new Mlp<double>(_actor, "policy", [Observations, width, width, 2], Activation.Tanh));
            var value = new Mlp<double>(_critic, "v", [Observations, width, width, 1], Activation.Tanh);
            random.Normal(_actor.Values);
            TensorPrimitives.Multiply(_actor.Values, 0.1, _actor.Values);
            value.Initialize(random);
            double[] state = new double[Observations];
            for (int i = 0, time = 0; i < Rows; i++, time++)
            {
                state.CopyTo(_batch.Observation.Values[(i * Observations)..]);
                for (int k = 0; k < Observations; k++)
                {
                    state[k] = (0.95 * state[k]) + (0.1 * random.Normal());
                }

                state.CopyTo(_batch.NextObservation.Values[(i * Observations)..]);
                _batch.Choice.Values[i] = random.Index(2);
                _batch.Reward.Values[i] = 1;
                bool over = time == 24;
                _batch.Terminated.Values[i] = over ? 1 : 0;
                _batch.Continues.Values[i] = over || i == Rows - 1 ? 0 : 1;
                time = over ? -1 : time;
            }

            _batch.Number();
            Expression<double> v = value.Apply(_batch.Observation);
            Expression<double> advantage = _batch.Advantages(v, value.Apply(_batch.NextObservation), Gamma, Lambda);
            Expression<double> logProbability = policy.LogProbability(_batch.Observation, _batch.Choice);
            var builder = new ProgramBuilder<double>();
            Output<double> drawn = builder.Output(logProbability), advantages = builder.Output(advantage), values = builder.Output(v);
            builder.Build().Run();
            drawn.Values.CopyTo(_batch.OldLogProbability.Values);
            advantages.Values.CopyTo(_batch.Advantage.Values);
            TensorPrimitives.Add(advantages.Values, values.Values, _batch.Return.Values);
            Expression<double> clip = Number<double>(0.2);
            _game = SurrogateGame.Of(_actor, _critic, _batch, -Mean(_batch.Weight * logProbability), logProbability, v, advantage, _batch.AdvantageUnit, clip, Gamma * Lambda,
                new SurrogateOptions { Coupling = SurrogateCoupling.AsPublished, LeaderValue = SurrogateValue.Advantage, CouplingClip = 1 });
        }

        // Adam's steps of the critic.
        public void Regress(int steps)
        {
            var builder = new ProgramBuilder<double>();
            Output<double> gradient = builder.Output(Derivatives.Gradient(_game.FollowerCost, _critic));
            CompiledProgram program = builder.Build();
            var adam = new Adam<double>(_critic.Count, 1e-3);
            for (int i = 0; i < steps; i++)
            {
                program.Run();
                adam.Descend(_critic.Values, gradient.Values);
            }
        }

        public (ICurvature<double> Curvature, double[] Right) System()
        {
            Parameters<double> direction = _critic.Like("direction");
            var builder = new ProgramBuilder<double>();
            Output<double> product = builder.Output(_game.Curvature(direction.Leaves));
            Output<double> right = builder.Output(Derivatives.Gradient(_game.LeaderCostInFollower, _critic));
            CompiledProgram program = builder.Build();
            program.Run();
            return (new Products(direction, product, program), right.Values.ToArray());
        }
    }

    private sealed class Products(Parameters<double> direction, Output<double> product, CompiledProgram program) : ICurvature<double>
    {
        public int Size => direction.Count;

        public Span<double> Direction => direction.Values;

        public ReadOnlySpan<double> Product => product.Values;

        public void Multiply() => program.Run();
    }
}
