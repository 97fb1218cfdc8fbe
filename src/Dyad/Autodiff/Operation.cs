namespace Dyad.Autodiff;

/// <summary>What an instruction does: the closed list that a device other than the processor has to know.</summary>
internal enum OperationKind
{
    /// <summary>A product of matrices with what it has absorbed.</summary>
    Product,

    /// <summary>A function of each element.</summary>
    Unary,

    /// <summary>A function of two elements.</summary>
    Binary,

    /// <summary>Columns of one matrix into columns of another, which is 0 elsewhere.</summary>
    CopyColumns,

    /// <summary>Matrices side by side.</summary>
    Concatenate,

    /// <summary>Rows by their numbers.</summary>
    GatherRows,

    /// <summary>Rows added to those of their numbers in zeros.</summary>
    ScatterRows,

    /// <summary>One element of each row by its number.</summary>
    GatherColumns,

    /// <summary>One element of each row into zeros.</summary>
    ScatterColumns,

    /// <summary>1 at the largest element of each row.</summary>
    Largest,

    /// <summary>Sums over rows, columns, or both.</summary>
    Sum,

    /// <summary>A number, a row or a column spread over a matrix.</summary>
    Broadcast,

    /// <summary>A number.</summary>
    Fill,

    /// <summary>The logarithm of the softmax of each row.</summary>
    LogSoftmax,

    /// <summary>All elements.</summary>
    Copy,
}

/// <summary>The element-wise functions of the list.</summary>
internal enum ElementKind
{
    /// <summary>A function that only the processor has: one of a user's own.</summary>
    ProcessorOnly,
    Exp,
    Log,
    Tanh,
    Sigmoid,
    Softplus,
    Square,
    Sqrt,
    Relu,
    Positive,
    Scale,
    Shift,
    Clamp,
    Inside,
    Gate,
    Add,
    Subtract,
    Multiply,
    Divide,
    Min,
    Max,
}

/// <summary>An element-wise function with its coefficients.</summary>
internal readonly record struct Element(ElementKind Kind, double First = 0, double Second = 0);

/// <summary>
/// What an instruction does, as a value: for devices that have a kernel of their own for each kind. Matrices tell where the numbers lie
/// in the processor's memory, from which a device finds its own places.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class Operation<T>(OperationKind kind, Matrix<T> result, params Matrix<T>[] operands)
    where T : unmanaged
{
    public OperationKind Kind => kind;

    public Matrix<T> Result => result;

    public Matrix<T>[] Operands => operands;

    /// <summary>Of element-wise operations.</summary>
    public Element Element { get; init; }

    /// <summary>Name of a function that only the processor has.</summary>
    public string? Name { get; init; }

    /// <summary>Of gathering and scattering.</summary>
    public Indices? Indices { get; init; }

    /// <summary>Of a product: whether its sides are transposed. Of a sum: whether it is over rows, and over columns.</summary>
    public (bool First, bool Second) Flags { get; init; }

    /// <summary>Columns: the first that is read, the first that is written, and how many.</summary>
    public (int From, int To, int Count) Columns { get; init; }

    /// <summary>Of a product: what its sums start from, or what gates it; at most one row where it is a row.</summary>
    public Matrix<T>? Start { get; init; }

    /// <summary>Of a product: the matrix whose positive elements let the result through.</summary>
    public Matrix<T>? Gate { get; init; }

    /// <summary>Of a product: whether negative results become 0.</summary>
    public bool Rectify { get; init; }

    /// <summary>The number that is filled in.</summary>
    public T Number { get; init; }
}
